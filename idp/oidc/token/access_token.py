"""Access tokens: JWTs of ten minutes that name their grant, whose state decides (RFC 9068)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from idp import extensions
from idp.alive import LiveGrant
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import claims
from idp.settings import settings
from keys import jose, opaque
from keys.errors import BadToken

ALGORITHMS = ("ES256", "RS256")
TYP = "at+jwt"


def mint(alive: LiveGrant, client: RegisteredClient, sub: str, scopes: list[str], now: datetime) -> str:
    """A signed access token for userinfo and for the portal's own services: its audience is the issuer."""
    issued_at = int(now.timestamp())
    said: dict[str, Any] = {
        "iss": settings.issuer,
        "sub": sub,
        "aud": settings.issuer,
        "client_id": client.client_id,
        "iat": issued_at,
        "exp": issued_at + int(settings.access_token_lifetime.total_seconds()),
        "jti": opaque.make(),
        "scope": " ".join(scopes),
        "auth_time": int(alive.auth_time.timestamp()),
        "acr": alive.acr,
        "amr": alive.amr,
        "sid": alive.sid,
        "grant": str(alive.id),
    }
    details = claims.authorization_details(alive, scopes)
    if details:
        said["authorization_details"] = details
    return jose.sign(extensions.ring.signing(client.access_token_signing_alg, now), said, typ=TYP)


def read(token: str, now: datetime, expired_ok: bool = False) -> dict[str, Any]:
    """The claims of an access token of ours whose audience is the issuer. Raises `BadToken`."""
    keys = extensions.ring.verification_keys(now)
    essential = ("iss", "aud", "exp", "iat", "sub", "grant", "client_id")
    options: dict[str, Any] = {"algorithms": ALGORITHMS, "typ": TYP, "essential": essential}
    said = jose.verify(token, keys, now=now, expired_ok=expired_ok, **options)
    if said["iss"] != settings.issuer or said["aud"] != settings.issuer or not isinstance(said["client_id"], str):
        raise BadToken("a token of another issuer, for another audience, or of no client")
    return said


def grant_of(said: dict[str, Any]) -> UUID:
    """The grant an access token names. Raises `BadToken`."""
    try:
        return UUID(said["grant"])
    except (ValueError, AttributeError, TypeError):
        raise BadToken("it names no grant") from None
