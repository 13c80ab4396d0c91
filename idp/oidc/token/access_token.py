"""Access tokens: JWTs of ten minutes for one audience, that name their grant, whose state decides (RFC 9068)."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from idp import extensions
from idp.alive import LiveGrant
from idp.delegations.unattended.models import Machine
from idp.oidc.clients.resources import Audience
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import claims
from idp.settings import settings
from keys import jose, opaque
from keys.errors import BadToken

ALGORITHMS = ("ES256", "RS256")
TYP = "at+jwt"

_PROVEN = jose.Proven()


class Purpose(NamedTuple):
    """For whom a token is, and what it allows there."""

    audience: Audience
    scopes: list[str]


def mint(alive: LiveGrant, client: RegisteredClient, sub: str, purpose: Purpose, now: datetime) -> str:
    """A signed access token of a person's grant."""
    said: dict[str, Any] = {
        "auth_time": int(alive.auth_time.timestamp()),
        "acr": alive.acr,
        "amr": alive.amr,
        "sid": alive.sid,
        "grant": str(alive.id),
    }
    details = claims.authorization_details(alive, purpose.scopes)
    if details:
        said["authorization_details"] = details
    seconds = claims.lifetime(alive, settings.access_token_lifetime, now)
    said["exp"] = int(now.timestamp()) + seconds
    return _signed({"sub": sub, **said}, client, purpose, now)


def mint_for_client(client: RegisteredClient, purpose: Purpose, now: datetime, machine: Machine | None = None) -> str:
    """One of the client itself, which is its own subject (RFC 9068 2.2): it stands on no grant.

    It acts for nobody, or by a delegation whose end it does not outlive.
    """
    said: dict[str, Any] = {"sub": client.client_id}
    if machine is not None:
        seconds = claims.lifetime(machine, settings.access_token_lifetime, now)
        said |= {"authorization_details": [claims.detail(machine)], "exp": int(now.timestamp()) + seconds}
    return _signed(said, client, purpose, now)


def read(token: str, now: datetime) -> dict[str, Any]:
    """The claims of a person's access token whose audience is the issuer. Raises `BadToken`."""
    said = read_any(token, now)
    if said["aud"] != settings.issuer:
        raise BadToken("a token for another audience")
    return said


def read_any(token: str, now: datetime, expired_ok: bool = False) -> dict[str, Any]:
    """The claims of an access token of ours, whatever its audience: the caller decides who may see it.

    Raises `BadToken`.
    """
    keys = extensions.ring.verification_keys(now)
    essential = ("iss", "aud", "exp", "iat", "sub", "client_id", "jti")
    options: dict[str, Any] = {"algorithms": ALGORITHMS, "typ": TYP, "essential": essential, "proven": _PROVEN}
    said = jose.verify(token, keys, now=now, expired_ok=expired_ok, **options)
    if said["iss"] != settings.issuer or not isinstance(said["aud"], str) or not isinstance(said["client_id"], str):
        raise BadToken("a token of another issuer, for no one audience, or of no client")
    return said


def grant_of(said: dict[str, Any]) -> UUID:
    """The grant an access token names. Raises `BadToken`, also for a client's own token, which has none."""
    try:
        return UUID(said["grant"])
    except (KeyError, ValueError, AttributeError, TypeError):
        raise BadToken("it names no grant") from None


def _signed(facts: dict[str, Any], client: RegisteredClient, purpose: Purpose, now: datetime) -> str:
    issued_at, audience = int(now.timestamp()), purpose.audience
    said: dict[str, Any] = {
        "iss": settings.issuer,
        "aud": audience.identifier,
        "client_id": client.client_id,
        "iat": issued_at,
        "exp": issued_at + int(settings.access_token_lifetime.total_seconds()),
        "jti": opaque.make(),
    }
    if purpose.scopes:  # RFC 6749 3.3: one at least, where there is any
        said["scope"] = " ".join(purpose.scopes)
    return jose.sign(extensions.ring.signing(audience.access_token_signing_alg, now), said | facts, typ=TYP)
