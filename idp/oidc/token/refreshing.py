"""Refresh tokens: used once, an honest retry for the client that lost the answer, and an end for any other replay."""

from datetime import timedelta

from idp import clock
from idp.alive import LiveGrant, grant_alive
from idp.audit import log
from idp.audit.events import Event
from idp.db import db
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


def first(alive: LiveGrant) -> str:
    """The first refresh token of a grant."""
    return _issue(alive, parent=None)


def refresh(secret: str, client: RegisteredClient) -> tuple[LiveGrant, str]:
    """Use a refresh token: the grant it stands on, and its successor. Raises `invalid_grant` (RFC 6749 5.2).

    Everything the grant stands on is asked again. Used a second time, by the same client, within ten seconds of its
    rotation and before its successor was used, it gives that same successor; any other second use ends the grant.
    """
    now, digest = clock.now(), opaque.digest(secret)
    token = RefreshToken.of(digest)
    alive = grant_alive(token.grant_id, now) if token else None
    if token is None or alive is None or alive.client_id != client.id:
        raise Refused("invalid_grant")
    if client.profile not in ROTATED_FOR:
        successor = secret
    elif RefreshToken.rotate(token.id, now):
        successor = _issue(alive, parent=token)
    else:
        successor = _retry(token, client)
    _touch(alive)
    log.record(Event.TOKEN_REFRESHED, subject=alive.account_id, client=client.id, grant=alive.id, personal=False)
    return alive, successor


def _issue(alive: LiveGrant, parent: RefreshToken | None) -> str:
    secret = opaque.make()
    if parent is not None:
        _remember(parent.digest, secret)  # before the commit: a record whose token was undone leads nowhere
    ids = {"grant_id": alive.id, "parent_id": parent and parent.id}
    db.session.add(RefreshToken(digest=opaque.digest(secret), issued_at=clock.now(), **ids))
    return secret


def _retry(token: RefreshToken, client: RegisteredClient) -> str:
    """The same successor, where this is the honest retry of a client that lost the answer."""
    rotated_at = RefreshToken.rotation_of(token.id)
    is_late = rotated_at is None or clock.now() - rotated_at >= settings.honest_retry_for
    successor = None if is_late else _remembered(token.digest)
    if successor is not None and not RefreshToken.is_spent(opaque.digest(successor)):
        return successor
    if is_late or successor is not None:
        Grant.end(token.grant_id)
        log.record(Event.REFRESH_REPLAYED, client=client.id, grant=token.grant_id, personal=False)
    raise Refused("invalid_grant")


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


def _remember(parent: bytes, successor: str) -> None:
    try:
        store.put(_key(parent), successor.encode(), max(settings.honest_retry_for, timedelta(seconds=1)))
    except StoreUnavailable:
        return  # the refresh goes on, without its retry


def _remembered(parent: bytes) -> str | None:
    try:
        found = store.get(_key(parent))
    except StoreUnavailable:
        return None
    return found.decode() if found else None


def _key(parent: bytes) -> str:
    return f"retry:{parent.hex()}"
