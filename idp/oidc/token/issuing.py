"""What a grant of the token endpoint answers: access token, ID token, and the refresh token that follows."""

from typing import Any

from idp import clock
from idp.alive import LiveGrant
from idp.oidc.clients.authentication import authenticate
from idp.oidc.clients.resources import Audience
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import access_token, claims, id_token, subjects
from idp.settings import settings


class Issuing:
    """What every grant does alike; it stands before Authlib's own class."""

    request: Any

    def authenticate_token_endpoint_client(self) -> RegisteredClient:
        """By the one method the client registered."""
        return authenticate(self.request)


def answer(
    alive: LiveGrant,
    client: RegisteredClient,
    *,
    audience: Audience,
    scopes: list[str],
    refresh_token: str | None,
    nonce: str | None = None,
) -> dict[str, Any]:
    """The token response (RFC 6749 5.1, Core 3.1.3.3). `scopes` may be narrower than the grant's (RFC 6749 6).

    The access token holds those of them that its audience opens; whether there is an ID token does not depend on it.
    """
    now, sub = clock.now(), subjects.sub_of(alive)
    opened = audience.narrow(scopes)
    token = access_token.mint(alive, client, sub, access_token.Purpose(audience, opened), now)
    said: dict[str, Any] = {
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": claims.lifetime(alive, settings.access_token_lifetime, now),
        "scope": " ".join(opened),
    }
    if refresh_token is not None:
        said["refresh_token"] = refresh_token
    if "openid" in scopes:
        said["id_token"] = id_token.mint(alive, client, sub, scopes=scopes, nonce=nonce, access_token=token, now=now)
    details = claims.authorization_details(alive, opened)
    return said | ({"authorization_details": details} if details else {})
