"""`private_key_jwt`: a client proves who it is by a token it signed (RFC 7523 3, OpenID Connect Core 9)."""

from datetime import UTC, datetime, timedelta
from typing import Any

from joserfc.jwk import KeySet

from idp import clock
from idp.extensions import store
from idp.oidc.clients import remote_keys
from idp.oidc.clients.public_keys import NoKeys, usable
from idp.oidc.errors import Refused
from idp.oidc.models.registered import RegisteredClient
from idp.settings import settings
from keys import jose, opaque
from keys.errors import BadToken

METHOD = "private_key_jwt"
TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALGORITHMS = {
    "baseline": ("RS256", "PS256", "ES256", "EdDSA", "Ed25519"),
    "fapi2": ("PS256", "ES256", "EdDSA", "Ed25519"),
}
"""What each profile accepts; a client that registered one algorithm signs with that one."""
TYPS = frozenset({None, "JWT", "client-authentication+jwt"})
LEEWAY = jose.AHEAD  # seconds that a client's clock may be behind or ahead of ours


def claimed(assertion: str) -> str:
    """Whom an assertion says it is from, unproven: "" when it says nothing."""
    try:
        _, said = jose.unverified(assertion)
    except BadToken:
        return ""
    return said["sub"] if isinstance(said.get("sub"), str) else ""


def check(client: RegisteredClient, assertion: str) -> None:
    """Take an assertion of that client, once. Raises `Refused` (invalid_client)."""
    now = clock.now()
    try:
        header, _ = jose.unverified(assertion)
        said = jose.verify(
            assertion,
            _keys(client, header),
            algorithms=algorithms(client),
            typ=None,
            essential=("iss", "sub", "aud", "exp", "jti"),
            now=now,
            leeway=LEEWAY,
        )
    except (BadToken, NoKeys):
        raise Refused("invalid_client") from None
    is_ours = header.get("typ") in TYPS and said["iss"] == said["sub"] == client.client_id
    if (
        not is_ours
        or not _is_for_us(client, said["aud"])
        or not _is_fresh(said, now)
        or not _is_first(client, said, now)
    ):
        raise Refused("invalid_client")


def algorithms(client: RegisteredClient) -> tuple[str, ...]:
    """With which this client may sign."""
    known = ALGORITHMS[client.profile]
    registered = client.token_endpoint_auth_signing_alg
    return known if registered is None else tuple(alg for alg in known if alg == registered)


def _keys(client: RegisteredClient, header: dict[str, Any]) -> KeySet:
    keys = usable(client.jwks)
    if client.jwks_uri is not None and not any(key.kid == header.get("kid") for key in keys):
        remote_keys.want(client.id)
    return keys


def _is_for_us(client: RegisteredClient, audience: object) -> bool:
    """FAPI 2.0 5.3.2.1: the issuer, as a single string. Else the token endpoint too, alone (Core 9)."""
    if client.profile == "fapi2":
        return audience == settings.issuer
    (only,) = audience if isinstance(audience, list) and len(audience) == 1 else (audience,)
    return only in (settings.issuer, f"{settings.issuer}/token")


def _is_fresh(said: dict[str, Any], now: datetime) -> bool:
    """Short-lived, and not from before the store began: what that knew of older ones is forgotten (C-13)."""
    longest = settings.client_assertion_lifetime.total_seconds()
    expires_at, present = said["exp"], now.timestamp()
    issued_at = said.get("iat", expires_at - longest)
    is_short = expires_at <= min(present, issued_at) + longest + LEEWAY
    # Its clock may be ahead of ours: an instant of its own says that much less.
    return is_short and bool(_instant(issued_at - LEEWAY) > store.epoch())


def _is_first(client: RegisteredClient, said: dict[str, Any], now: datetime) -> bool:
    """Whether this `jti` comes for the first time: remembered for as long as it could be accepted again."""
    acceptable = _instant(said["exp"]) - now + timedelta(seconds=LEEWAY + 1)
    return store.claim(f"assertion:{client.id}:{opaque.digest(said['jti']).hex()}", acceptable)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
