"""ID tokens: who signed in, when and how (OpenID Connect Core 2)."""

from datetime import datetime
from typing import Any

from idp import extensions
from idp.alive import LiveGrant
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import claims
from idp.settings import settings
from keys import jose

ALGORITHMS = ("RS256", "ES256")
TYP = "JWT"


def mint(
    alive: LiveGrant,
    client: RegisteredClient,
    sub: str,
    *,
    scopes: list[str],
    nonce: str | None,
    access_token: str,
    now: datetime,
) -> str:
    """A signed ID token. `auth_time` is the grant's, also after a refresh; the nonce only where one was sent.

    Claims of scopes stand at userinfo, not here (Core 5.4), but for the organization and what `claims` asked for.
    """
    alg = client.id_token_signed_response_alg
    issued_at = int(now.timestamp())
    said: dict[str, Any] = {
        "iss": settings.issuer,
        "sub": sub,
        "aud": client.client_id,
        "azp": client.client_id,
        "iat": issued_at,
        "exp": issued_at + claims.lifetime(alive, settings.id_token_lifetime, now),
        "auth_time": int(alive.auth_time.timestamp()),
        "acr": alive.acr,
        "amr": alive.amr,
        "sid": alive.sid,
        "at_hash": jose.half_hash(access_token, alg),
    }
    if nonce is not None:
        said["nonce"] = nonce
    return jose.sign(
        extensions.ring.signing(alg, now), said | claims.about(alive, _asked(alive, client, scopes)), typ=TYP
    )


def _asked(alive: LiveGrant, client: RegisteredClient, scopes: list[str]) -> set[str]:
    return claims.wished(alive, client, "id_token") | ({"organization"} & claims.named_by(scopes))
