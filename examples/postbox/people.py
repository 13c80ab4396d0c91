"""People one can play: where they are reached, and what they know without any letter."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from examples.postbox.box import Item
from examples.postbox.letters import Letter

Message = Item | Letter


@dataclass(frozen=True)
class Someone:
    """An invented person, as `examples.seed` wrote them down."""

    name: str
    company: str
    siret: str
    email: str
    mobile: str | None = None

    def gets(self, message: Message) -> bool:
        """Whether it reaches them: at their address or number, or in an envelope with their name on it."""
        if isinstance(message, Letter):
            return any(self.name in line for line in message.address)
        return message.to in (self.email, self.mobile)


def read(path: Path) -> tuple[Someone, ...]:
    """Everyone in the file; nobody where there is none."""
    return tuple(Someone(**one) for one in json.loads(path.read_text(encoding="utf-8"))) if path.exists() else ()


def recipient(message: Message, people: Iterable[Someone]) -> str:
    """Who a message is for: the person's name where it is known."""
    return next((one.name for one in people if one.gets(message)), message.to)
