"""What a token is worth at this very moment, told to whom it concerns and to nobody else (RFC 7662)."""

from datetime import UTC, datetime
from typing import Any

from idp import clock, extensions
from idp.alive import grant_alive
from idp.oidc.errors import Refused
from idp.oidc.models import registered, resource
from idp.oidc.models.refresh_token import RefreshToken
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import access_token, claims, refreshing, subjects, unattended
from idp.sessions.models import NotBefore
from idp.settings import settings
from keys import jose, opaque
from keys.errors import BadToken

INACTIVE = {"active": False}
"""The one answer for what is unknown, forged, dead, or none of the asker's business (2.2)."""

TYP = "token-introspection+jwt"

_TOLD = ("iss", "sub", "aud", "client_id", "scope", "iat", "exp", "jti", "auth_time", "acr", "amr")


def introspect(token: str | None, asker: RegisteredClient) -> dict[str, Any]:
    """What a token says, while all it stands on lives. The hint on its type is not needed.

    A client sees its own tokens, and the server of an API the access tokens for that API. Raises `Refused`.
    """
    if asker.token_endpoint_auth_method == "none":
        raise Refused("invalid_client")  # 2.1: without a proof of who asks, tokens could be tried in turn
    if token is None:
        raise Refused("invalid_request", "token is required")
    now = clock.now()
    found = _of_access_token(token, asker, now) if "." in token else _of_refresh_token(token, asker)
    return INACTIVE if found is None else {"active": True} | found


def signed(told: dict[str, Any], asker: RegisteredClient) -> str:
    """The same as a JWT for the asker, which passes for no token: what is told stands inside (RFC 9701 5)."""
    now = clock.now()
    said = {"iss": settings.issuer, "aud": asker.client_id, "iat": int(now.timestamp()), "token_introspection": told}
    return jose.sign(extensions.ring.signing(asker.introspection_signed_response_alg or "RS256", now), said, typ=TYP)


def _of_access_token(token: str, asker: RegisteredClient, now: datetime) -> dict[str, Any] | None:
    try:
        said = access_token.read_any(token, now)
    except BadToken:
        return None
    if not _concerns(asker, said):
        return None
    told = {name: said[name] for name in _TOLD if name in said} | {"token_type": "Bearer"}
    if "grant" not in said:
        return _of_client(said, told, now)
    alive = grant_alive(access_token.grant_of(said), now, alone=True)
    if alive is None or alive.client_public_id != said["client_id"]:
        return None
    details = claims.authorization_details(alive, str(said.get("scope", "")).split())  # as they are now, not then
    return told | ({"authorization_details": details} if details else {})


def _concerns(asker: RegisteredClient, said: dict[str, Any]) -> bool:
    if said["aud"] == settings.issuer:
        return bool(said["client_id"] == asker.client_id)
    api = resource.known().get(said["aud"])
    return api is not None and asker.client_id in {said["client_id"], *api.introspection_clients}


def _of_client(said: dict[str, Any], told: dict[str, Any], now: datetime) -> dict[str, Any] | None:
    """A token without a grant: it stands on its client, on the epoch that a restore moves, and on its delegation."""
    client = registered.find(said["client_id"])
    is_open = client is not None and said["aud"] in client.resources and client.check_grant_type("client_credentials")
    if client is None or not is_open or NotBefore.instant() > datetime.fromtimestamp(said["iat"], UTC):
        return None
    if "authorization_details" not in said:
        return told
    machine = unattended.again(client, said["authorization_details"][0], now)
    return told | {"authorization_details": [claims.detail(machine)]} if machine else None


def _of_refresh_token(token: str, asker: RegisteredClient) -> dict[str, Any] | None:
    presented = refreshing.present(token)
    if presented is None or not presented.check_client(asker) or RefreshToken.is_spent(opaque.digest(token)):
        return None
    alive = presented.alive
    said = {"iss": settings.issuer, "sub": subjects.sub_of(alive), "client_id": asker.client_id}
    return said | {"scope": presented.get_scope()}
