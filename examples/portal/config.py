"""What the portal was told when it was registered."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Config:
    """The provider, and who the portal is to it. `url` is the portal's own address."""

    issuer: str
    client_id: str
    client_secret: str
    url: str
    fund: str
    fund_name: str

    @classmethod
    def read(cls, path: Path) -> "Config":
        """Read what `examples.seed` wrote."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))
