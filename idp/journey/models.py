"""A journey: the question a portal asked, and what was established on the way to its answer."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from idp.db import new_id
from idp.errors import JourneyExpired
from idp.extensions import store
from idp.settings import settings


@dataclass
class Journey:
    """Short-lived, one a tab, bound to a browser. `question` is checked and never altered; `facts` grow on the way."""

    goal: str
    question: dict[str, Any]
    browser: str
    client_id: str | None = None
    client_name: str | None = None
    fund_id: str | None = None
    locale: str | None = None
    return_origin: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    id: UUID = field(default_factory=new_id)
    version: int = 0
    asked: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """What steps asked the database in this very request, not to ask it again; never written down."""

    @property
    def prompts(self) -> list[str]:
        """What the portal wants shown, whatever is known (OpenID Connect Core 3.1.2.1)."""
        return list(self.question.get("prompts", []))

    @property
    def signed_in_session(self) -> str | None:
        """The session, by its id, that was opened or strengthened in this very journey."""
        return cast_str(self.facts.get("session_id"))

    def proved(self, session_id: UUID, auth_time: datetime) -> bool:
        """Whether this session holds what was proven in this very journey: the commit of that may have failed."""
        if self.signed_in_session != str(session_id):
            return False
        return auth_time >= datetime.fromisoformat(self.facts["signed_in_at"])

    def signed_in(self, session_id: UUID, at: datetime) -> None:
        """Note that the person proved who they are, here and at that instant."""
        self.facts |= {"session_id": str(session_id), "signed_in_at": at.isoformat()}
        self.save()

    def established(self, fact: str, by: UUID) -> None:
        """Note that a step asked of this journey was answered, and by whom: it says nothing of the next person."""
        self.facts[fact] = str(by)
        self.save()

    def save(self) -> None:
        """Write the journey down. Of two tabs that write the same journey at once, the loser reads it again."""
        written = {name: value for name, value in vars(self).items() if name != "asked"}
        value = json.dumps({**written, "id": str(self.id), "version": None}, ensure_ascii=False).encode()
        if self.version == 0:
            store.put(_key(self.id), value, settings.journey_lifetime)
        elif not store.swap(_key(self.id), self.version, value, settings.journey_lifetime):
            raise JourneyExpired("the journey was written by another tab meanwhile", self.client_id)
        self.version += 1

    def finish(self) -> bool:
        """Forget the journey: its answer is being sent. Of two answers at once, one gets False."""
        return self.version == 0 or store.take(_key(self.id)) is not None

    @classmethod
    def get(cls, journey_id: UUID) -> "Journey | None":
        """The journey of that id, while it lives."""
        found = store.get_versioned(_key(journey_id))
        if found is None:
            return None
        version, value = found
        read = json.loads(value)
        return cls(**{**read, "id": UUID(read["id"]), "version": version})


def cast_str(value: object) -> str | None:
    """A string of the facts, or None."""
    return value if isinstance(value, str) else None


def _key(journey_id: UUID) -> str:
    return f"journey:{journey_id}"
