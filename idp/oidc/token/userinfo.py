"""What an access token lets its client know of the person (OpenID Connect Core 5.3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from idp import clock, extensions
from idp.alive import grant_alive
from idp.oidc import errors
from idp.oidc.kernel import Answer
from idp.oidc.models import registered
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import access_token, claims, subjects
from idp.settings import settings
from keys import jose
from keys.errors import BadToken


@dataclass(frozen=True)
class Told:
    """The answer, and the client it is for when the token was good."""

    answer: Answer
    client: RegisteredClient | None = None


def tell(token: str | None) -> Told:
    """The claims that the token's scopes open, and those its authorization asked for; or RFC 6750's error."""
    if token is None:
        return Told(refused(None))
    now = clock.now()
    try:
        said = access_token.read(token, now)
        alive = grant_alive(access_token.grant_of(said), now, alone=True)
    except BadToken:
        return Told(refused("invalid_token"))
    client = registered.find(said["client_id"])
    if alive is None or client is None or alive.client_id != client.id:
        return Told(refused("invalid_token"))
    scopes = str(said.get("scope", "")).split()
    if "openid" not in scopes:
        return Told(refused("insufficient_scope"), client)
    names = claims.named_by(scopes) | claims.wished(alive, client, "userinfo")
    return Told(_told(client, {"sub": subjects.sub_of(alive)} | claims.about(alive, names), now), client)


def _told(client: RegisteredClient, said: dict[str, Any], now: datetime) -> Answer:
    """As JSON, or signed where the client registered it so (Core 5.3.2): then issuer and audience are in it."""
    alg = client.userinfo_signed_response_alg
    if alg is None:
        return Answer(200, said)
    said |= {"iss": settings.issuer, "aud": client.client_id}  # no `exp`: it must never be taken for an ID token
    return Answer(200, jose.sign(extensions.ring.signing(alg, now), said, typ="JWT"))


def refused(code: str | None, scope: str = "openid") -> Answer:
    """RFC 6750 3: the code stands in the challenge too, with the scope that is wanted; no code without a token."""
    realm = f'Bearer realm="{settings.issuer}"'
    if code is None:
        return Answer(401, None, [("WWW-Authenticate", realm)])
    status, meaning = errors.ERRORS[code]
    challenge = f'{realm}, error="{code}"' + (f', scope="{scope}"' if code == "insufficient_scope" else "")
    return Answer(status, {"error": code, "error_description": meaning}, [("WWW-Authenticate", challenge)])
