"""Open, strengthen and end the session of a person in a browser."""

from dataclasses import dataclass
from uuid import UUID

from idp import clock, extensions
from idp.alive import LiveSession
from idp.audit import log
from idp.audit.events import Event
from idp.db import db, new_id
from idp.sessions.models import NotBefore, Session
from keys import opaque


@dataclass(frozen=True)
class OpenSession:
    """A session as it was just opened or strengthened, with the secret its cookie will hold."""

    id: UUID
    secret: str


def start(account_id: UUID, *, method: str, former: LiveSession | None) -> OpenSession:
    """The session of who just proved their identity: the former secret is dead at once (SES-1).

    The same person in the same browser keeps the session, with a new secret; another ends it as a sign-out does.
    """
    if former is not None and former.account_id == account_id:
        strengthened = _strengthen(former, method)
        if strengthened:
            return strengthened
    elif former is not None:
        end(former.id)
    return _begin(account_id, method)


def end(session_id: UUID) -> bool:
    """End one session, and whatever stands on it; False when it had ended already."""
    account_id = Session.end(session_id, clock.now())
    if account_id is None:
        return False
    extensions.house.ended("session", session_id)
    log.record(Event.SIGNED_OUT, subject=account_id, session=session_id)
    return True


def end_all(account_id: UUID) -> int:
    """End every session of an account; how many there were."""
    return sum(end(session_id) for session_id in Session.live_ids(account_id))


def end_everyone() -> None:
    """Refuse whatever was issued before this instant, of everybody: sessions, grants and tokens."""
    NotBefore.move(clock.now())
    log.record(Event.EVERYONE_SIGNED_OUT)


def _begin(account_id: UUID, method: str) -> OpenSession:
    now, secret, session_id = clock.now(), opaque.make(), new_id()
    instants = {"auth_time": now, "started_at": now, "seen_at": now}
    digest = opaque.digest(secret)
    db.session.add(Session(id=session_id, secret_digest=digest, account_id=account_id, methods=[method], **instants))
    return OpenSession(session_id, secret)


def _strengthen(former: LiveSession, method: str) -> OpenSession | None:
    secret = opaque.make()
    methods = [*(known for known in former.methods if known != method), method]
    done = Session.strengthen(former.id, opaque.digest(secret), methods, clock.now())
    return OpenSession(former.id, secret) if done else None
