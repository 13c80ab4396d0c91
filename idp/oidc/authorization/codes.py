"""Authorization codes: a short-lived record that names a grant; what makes it single use is the grant's own row."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from idp import clock
from idp.extensions import store
from idp.settings import settings
from keys import opaque


@dataclass(frozen=True)
class AuthorizationCode:
    """What a code is bound to. The record outlives the code, so that a replay is recognized."""

    grant_id: UUID
    client_id: str
    redirect_uri: str
    code_challenge: str | None
    nonce: str | None
    issued_at: datetime

    @property
    def has_expired(self) -> bool:
        """Whether it is too late to redeem it: no allowance of clocks here."""
        return clock.now() >= self.issued_at + settings.authorization_code_lifetime

    def issue(self) -> str:
        """Write the record under the digest of a new secret, the code itself."""
        secret = opaque.make()
        record = {**vars(self), "grant_id": str(self.grant_id), "issued_at": self.issued_at.isoformat()}
        store.put(_key(secret), json.dumps(record).encode(), settings.replay_memory)
        return secret

    @classmethod
    def get(cls, secret: str) -> "AuthorizationCode | None":
        """The record of a code, spent or not, while it is remembered."""
        found = store.get(_key(secret))
        if found is None:
            return None
        record = json.loads(found)
        ids = {"grant_id": UUID(record["grant_id"]), "issued_at": datetime.fromisoformat(record["issued_at"])}
        return cls(**{**record, **ids})


def _key(secret: str) -> str:
    return f"code:{opaque.digest(secret).hex()}"
