"""An opening under way in one browser: what its first step proved, and what was typed since, but for the password."""

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from idp import clock
from idp.db import new_id
from idp.errors import OpeningExpired, OpeningForeign
from idp.extensions import store
from idp.settings import settings


@dataclass
class Draft:
    """Short-lived, and bound to the browser of its first step (OPN-7). Ids are text.

    The same is kept whether or not the address has an account already: going back shows the same page (OPN-8).
    """

    organization_id: str
    fund_id: str
    code_id: str
    browser: str
    journey_id: str | None = None
    locale: str | None = None
    email: str = ""
    mobile: str = ""
    fixed: str = ""
    certified: str | None = None
    """The mobile number, in E.164, that a code has certified."""
    certified_at: str | None = None
    opening_id: str | None = None
    """The opening that the second step wrote: the last one, since an address may be corrected."""
    ends_at: str = ""
    id: UUID = field(default_factory=new_id)
    version: int = 0

    @property
    def is_sent(self) -> bool:
        """Whether the second step is done, and its mail on the way."""
        return self.opening_id is not None

    def certifies(self, number: str, at: datetime) -> None:
        """Note that a code certified that very number (SMS-3)."""
        self.certified, self.certified_at = number, at.isoformat()
        self.save()

    def is_written_as(self, opening_id: UUID) -> None:
        """Note the opening that the second step wrote; from now on the draft lives as long as that one."""
        self.opening_id, self.ends_at = str(opening_id), (clock.now() + settings.opening_lifetime).isoformat()
        self.save()

    def save(self) -> None:
        """Write the draft down. Raises `OpeningExpired` when another tab wrote it meanwhile, or when it has died."""
        now = clock.now()
        self.ends_at = self.ends_at or (now + settings.opening_step_lifetime).isoformat()
        left = max(datetime.fromisoformat(self.ends_at) - now, timedelta(seconds=1))
        value = json.dumps({**asdict(self), "id": str(self.id), "version": None}).encode()
        if self.version == 0:
            store.put(_key(self.id), value, left)
        elif not store.swap(_key(self.id), self.version, value, left):
            raise OpeningExpired("the draft was written by another tab meanwhile")
        self.version += 1

    @classmethod
    def of(cls, draft_id: UUID, browser: str | None) -> "Draft":
        """The draft of that id, while it lives. Raises `OpeningExpired`, or `OpeningForeign` in another browser."""
        found = store.get_versioned(_key(draft_id))
        if found is None:
            raise OpeningExpired("no such draft any more")
        version, value = found
        read: dict[str, Any] = json.loads(value)
        draft = cls(**{**read, "id": UUID(read["id"]), "version": version})
        if draft.browser != browser:
            raise OpeningForeign("the opening belongs to another browser")
        return draft


def _key(draft_id: UUID) -> str:
    return f"opening:{draft_id}"
