"""Refresh tokens: used once, an honest retry for the client that lost the answer, and an end for any other replay."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from idp import clock, extensions
from idp.alive import LiveGrant, grant_of_refresh_token
from idp.audit import log
from idp.audit.events import Event
from idp.db import insert
from idp.errors import StoreUnavailable
from idp.extensions import store
from idp.oidc.errors import Refused
from idp.oidc.models.grant import Grant
from idp.oidc.models.refresh_token import RefreshToken
from idp.oidc.models.registered import RegisteredClient
from idp.sessions.models import Session
from idp.settings import settings
from keys import opaque

ROTATED_FOR = {"baseline"}  # the tokens of `fapi2` clients are bound to a key, and stay


@dataclass(frozen=True)
class Presented:
    """A refresh token that was shown, used or not, and the grant it stands on, which lives."""

    secret: str
    alive: LiveGrant

    def check_client(self, client: Any) -> bool:
        """Asked by Authlib: whether it was given to that client."""
        return bool(self.alive.client_id == client.id)

    def get_scope(self) -> str:
        """Asked by Authlib: what may not be exceeded."""
        return " ".join(self.alive.scopes)


def first(alive: LiveGrant) -> str:
    """The first refresh token of a grant."""
    secret = opaque.make()
    insert(RefreshToken, {"grant_id": alive.id, "digest": opaque.digest(secret), "issued_at": clock.now()})
    return secret


def present(secret: str) -> Presented | None:
    """The grant of a refresh token: everything it stands on is asked again."""
    alive = grant_of_refresh_token(opaque.digest(secret), clock.now())
    return Presented(secret, alive) if alive else None


def renew(presented: Presented, client: RegisteredClient) -> str:
    """Use a refresh token, and give its successor. Raises `invalid_grant`.

    Used a second time within ten seconds of its rotation, and before its successor was used, it gives that same
    successor; any other second use ends the grant (protocol rules of this house, in docs/protocol.md).
    """
    now, digest = clock.now(), opaque.digest(presented.secret)
    if client.profile not in ROTATED_FOR:
        successor = _kept(presented, digest)
    elif rotated := RefreshToken.rotate(digest, now):
        successor = _succeed(presented.alive, parent=rotated, parent_digest=digest)
    else:
        return _retry(presented.alive, digest)
    _touch(presented.alive)
    _record(Event.TOKEN_REFRESHED, presented.alive)
    return successor


def _succeed(alive: LiveGrant, *, parent: Any, parent_digest: bytes) -> str:
    secret = opaque.make()
    # Before the commit: where that fails, the record leads nowhere, and is written over at the next try.
    with suppress(StoreUnavailable):  # then the refresh goes on, without its honest retry
        store.put(_key(parent_digest), secret.encode(), max(settings.honest_retry_for, timedelta(seconds=1)))
    digest = opaque.digest(secret)
    ids = {"grant_id": alive.id, "parent_id": parent}
    insert(RefreshToken, {**ids, "digest": digest, "issued_at": clock.now()})
    return secret


def _retry(alive: LiveGrant, digest: bytes) -> str:
    """The same successor, where this is the honest retry of a client that lost the answer."""
    rotation = RefreshToken.rotation_of(digest)
    assert rotation.rotated_at is not None, "it could not be rotated, so it was before"
    is_late = clock.now() - rotation.rotated_at >= settings.honest_retry_for
    if is_late or rotation.successor_used:
        if Grant.end(alive.id):
            extensions.house.ended("grant", alive.id)
        _record(Event.REFRESH_REPLAYED, alive)
        raise Refused("invalid_grant")
    successor = store.get(_key(digest))
    if successor is None:
        raise Refused("invalid_grant")  # the record is gone: nobody is accused
    _record(Event.TOKEN_REFRESHED, alive, reason="retry")
    return successor.decode()


def _kept(presented: Presented, digest: bytes) -> str:
    if RefreshToken.is_spent(digest):
        raise Refused("invalid_grant")
    return presented.secret


def _touch(alive: LiveGrant) -> None:
    """A refresh is activity, of the online grant's session or of the offline grant: at most once a minute."""
    now = clock.now()
    seen_at = alive.seen_at or alive.used_at
    if seen_at is not None and now - seen_at < settings.session_touched_every:
        return
    if alive.session_id is not None:
        Session.touch(alive.session_id, now)
    else:
        Grant.touch(alive.id, now)


def _record(event: Event, alive: LiveGrant, reason: str | None = None) -> None:
    log.record(
        event,
        subject=alive.account_id,
        organization=alive.organization_id,
        client=alive.client_id,
        grant=alive.id,
        reason=reason,
        personal=False,
    )


def _key(parent_digest: bytes) -> str:
    return f"retry:{parent_digest.hex()}"
