"""What was typed on a page while the password is asked for again: kept a moment, for that session alone."""

import json

from idp.alive import LiveSession
from idp.extensions import store
from idp.settings import settings


def keep(session: LiveSession, place: str, values: dict[str, str]) -> None:
    """Keep what was typed at that place, until it is typed again."""
    store.put(_key(session, place), json.dumps(values).encode(), settings.fresh_for)


def kept(session: LiveSession, place: str) -> dict[str, str]:
    """What was kept of it; nothing where nothing was."""
    found = store.get(_key(session, place))
    return dict(json.loads(found)) if found else {}


def forget(session: LiveSession, place: str) -> None:
    """It was used."""
    store.take(_key(session, place))


def _key(session: LiveSession, place: str) -> str:
    return f"typed:{session.id}:{place}"
