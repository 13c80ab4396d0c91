"""The client as requests see it: an immutable snapshot of its row, kept for a second at most."""

import math
import re
import threading
import time
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from authlib.oauth2.rfc6749 import ClientMixin

from idp import clock
from idp.oidc.models.client import Client
from idp.oidc.models.client_keys import ClientKeys
from idp.settings import settings
from keys import opaque


@dataclass(frozen=True)
class RegisteredClient(ClientMixin):
    """What a request needs to know of a client; Authlib's protocol on top (RFC 6749, section 2)."""

    id: UUID
    client_id: str
    name: str
    profile: str
    application_type: str
    first_party: bool
    fund_id: UUID | None
    organization_id: UUID | None
    token_endpoint_auth_method: str
    token_endpoint_auth_signing_alg: str | None
    jwks: dict[str, Any] | None
    jwks_uri: str | None
    secret_digest: bytes | None
    former_secret_digest: bytes | None
    former_secret_expires_at: datetime | None
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    initiate_login_uri: str | None
    origins: list[str]
    grant_types: list[str]
    response_types: list[str]
    scopes: list[str]
    resources: list[str]
    offline: bool
    require_pkce: bool
    id_token_signed_response_alg: str
    userinfo_signed_response_alg: str | None
    introspection_signed_response_alg: str | None
    access_token_signing_alg: str
    default_max_age: int | None
    default_acr_values: list[str]
    require_auth_time: bool
    sector: str
    client_uri: str | None
    logo_uri: str | None
    policy_uri: str | None
    tos_uri: str | None

    def get_client_id(self) -> str:
        """Authlib's name for `client_id`."""
        return self.client_id

    def get_default_redirect_uri(self) -> None:  # type: ignore[override]
        """None: OpenID Connect wants the redirect URI in each request (Core 3.1.2.1)."""

    def get_allowed_scope(self, scope: str | None) -> str:  # type: ignore[override]
        """The scopes asked for that this client may have, in the order asked."""
        return " ".join(dict.fromkeys(one for one in (scope or "").split() if one in self.scopes))

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Exactly a registered one; a native client's loopback URI may have any port (RFC 8252 7.3)."""
        return redirect_uri in self.redirect_uris or (
            self.application_type == "native"
            and _without_loopback_port(redirect_uri) in map(_without_loopback_port, self.redirect_uris)
        )

    def check_client_secret(self, client_secret: str) -> bool:
        """Compared in constant time with the secret's digest, and with the former one until that expires."""
        live = [self.secret_digest]
        if self.former_secret_expires_at and clock.now() < self.former_secret_expires_at:
            live.append(self.former_secret_digest)
        return any(opaque.matches(client_secret, digest) for digest in live if digest)

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Exactly the registered method, on every endpoint."""
        return method == self.token_endpoint_auth_method

    def check_response_type(self, response_type: str) -> bool:
        """Whether the client registered that response type."""
        return response_type in self.response_types

    def check_grant_type(self, grant_type: str) -> bool:
        """Whether the client registered that grant type."""
        return grant_type in self.grant_types


def _without_loopback_port(uri: str) -> str | None:
    for host in ("http://127.0.0.1", "http://[::1]"):
        if uri.startswith(host + ":"):
            port, slash, path = uri[len(host) + 1 :].partition("/")
            return f"{host}/{path}" if slash and port.isascii() and port.isdigit() and len(port) <= 5 else None
        if uri.startswith(host + "/"):
            return uri
    return None


_NAMES = tuple(field.name for field in fields(RegisteredClient))
_NAME = re.compile(r"[!-~]{1,255}")
_cache: dict[str, tuple[float, RegisteredClient | None]] = {}
_origins: tuple[float, frozenset[str]] = (-math.inf, frozenset())
_lock = threading.Lock()


def find(client_id: str) -> RegisteredClient | None:
    """The live client of that identifier; None when unknown or disabled. At most a second old (`client_cached_for`)."""
    if not _NAME.fullmatch(client_id):
        return None  # no client has such a name, and PostgreSQL takes no NUL
    present = time.monotonic()
    kept = _cache.get(client_id)
    if kept and present - kept[0] < settings.client_cached_for.total_seconds():
        return kept[1]
    found = _snapshot(Client.by_client_id(client_id))
    with _lock:
        if len(_cache) > 1000:  # an anonymous visitor may ask for any name
            _cache.clear()
        _cache[client_id] = (present, found)
    return found


def origins() -> frozenset[str]:
    """Every origin that some live client registered; as old as `find` at most."""
    global _origins
    present = time.monotonic()
    if present - _origins[0] >= settings.client_cached_for.total_seconds():
        _origins = (
            present,
            frozenset(origin for row in Client.all() if row.disabled_at is None for origin in row.origins),
        )
    return _origins[1]


def forget() -> None:
    """Drop the cache: a registration just changed in this process."""
    global _origins
    _cache.clear()
    _origins = (-math.inf, frozenset())


def _snapshot(row: Client | None) -> RegisteredClient | None:
    if row is None or row.disabled_at is not None:
        return None
    values: dict[str, Any] = {name: getattr(row, name) for name in _NAMES}
    if row.jwks_uri is not None:  # what was read there stands in for what others register
        values["jwks"] = ClientKeys.of(row, since=clock.now() - settings.client_keys_kept_for)
    return RegisteredClient(**values)
