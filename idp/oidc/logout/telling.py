"""Who must be told that a person is signed out, and how: logout tokens (OpenID Connect Back-Channel Logout 1.0)."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from idp import clock, extensions
from idp.delivery import outbox
from idp.delivery.transports.port import Post
from idp.oidc.models.grant import Grant
from idp.settings import settings
from keys import jose, opaque

MOST_FRAMES = 20
KIND = "logout_token"
TYP = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"


def frames(session_id: UUID) -> list[str]:
    """What the page of a sign-out shows in frames: asked before the session ends (Front-Channel Logout 1.0, 2 and 3).

    A client is told of each of its grants; of the newest ones, where there are too many.
    """
    return [
        f"{uri}{'&' if '?' in uri else '?'}{urlencode({'iss': settings.issuer, 'sid': sid})}"
        for uri, sid in Grant.to_frame(session_id, MOST_FRAMES)
    ]


def tell(grant_ids: Iterable[UUID]) -> None:
    """Write down, for each grant that just ended, that its client is to be told, where it asked to be.

    A grant whose code was never redeemed was never known to its client.
    """
    for told in Grant.to_tell(grant_ids):
        outbox.post(KIND, told.client_id, grant_id=told.id, jti=opaque.make())


def logout_token(facts: Mapping[str, Any]) -> Post | None:
    """The message of the outbox, with a token made now: the same `jti` at each attempt, new times (2.4).

    None when the grant is gone, or its client was disabled or asks no longer.
    """
    now = clock.now()
    found = Grant.to_tell([UUID(facts["grant_id"])])
    if not found:
        return None
    (told,) = found
    issued_at = int(now.timestamp())
    said: dict[str, Any] = {
        "iss": settings.issuer,
        "aud": told.client_public_id,
        "iat": issued_at,
        "exp": issued_at + int(settings.logout_token_lifetime.total_seconds()),
        "jti": facts["jti"],
        "sid": told.sid,
        "events": {EVENT: {}},
    }
    if told.sub is not None:
        said["sub"] = str(told.sub)
    key = extensions.ring.signing(told.alg, now)
    return Post(told.backchannel_logout_uri, {"logout_token": jose.sign(key, said, typ=TYP)})
