"""Client metadata: what may be asked for, and every reason why it may not be (Dynamic Client Registration 1.0, 2)."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from idp.oidc.clients import assertions, uris
from idp.oidc.clients.public_keys import NoKeys, usable

APPLICATION_TYPES = ("web", "native")
AUTH_METHODS = ("client_secret_basic", "client_secret_post", assertions.METHOD, "none")
GRANT_TYPES = ("authorization_code", "refresh_token", "client_credentials")
RESPONSE_TYPES = ("code",)
SCOPES = ("openid", "profile", "email", "phone", "organization", "organizations", "offline_access")
SIGNING_ALGS = ("RS256", "ES256")
ASSERTION_ALGS = assertions.ALGORITHMS["baseline"]
SUBJECT_TYPES = ("public", "pairwise")

_CLIENT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,254}")  # no colon: it also travels in Basic authentication


@dataclass(frozen=True, kw_only=True)
class Metadata:
    """What is asked for a client, in the words of the specification; nothing is checked yet."""

    name: str
    client_id: str = ""
    application_type: str = "web"
    first_party: bool = False
    fund: str | None = None
    firm: str | None = None
    """The SIRET of the firm that the client belongs to: it may act for the firm's clients that let it."""
    token_endpoint_auth_method: str = "client_secret_basic"
    token_endpoint_auth_signing_alg: str | None = None
    jwks: Mapping[str, Any] | None = None
    jwks_uri: str | None = None
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    initiate_login_uri: str | None = None
    policy_uri: str | None = None
    tos_uri: str | None = None
    backchannel_logout_uri: str | None = None
    backchannel_logout_session_required: bool = True
    frontchannel_logout_uri: str | None = None
    frontchannel_logout_session_required: bool = True
    origins: tuple[str, ...] = ()
    grant_types: tuple[str, ...] = ("authorization_code", "refresh_token")
    response_types: tuple[str, ...] = RESPONSE_TYPES
    scopes: tuple[str, ...] = ("openid",)
    resources: tuple[str, ...] = ()
    offline: bool = False
    require_pkce: bool = True
    id_token_signed_response_alg: str = "RS256"
    access_token_signing_alg: str = "ES256"
    userinfo_signed_response_alg: str | None = None
    introspection_signed_response_alg: str | None = None
    subject_type: str = "public"
    sector_identifier_uri: str | None = None


Apis = Mapping[str, Collection[str]]
"""The identifiers of the APIs that are registered, each with its scopes."""


def problems(asked: Metadata, *, development: bool, apis: Apis, has_sector: bool = False) -> list[str]:
    """Every reason why this metadata may not be registered; none when it may.

    A client that `has_sector` was registered before: its sector is fixed, whatever its redirect URIs become.
    """
    return [
        *_name_problems(asked),
        *_value_problems(asked, apis),
        *_resource_problems(asked, apis),
        *_uri_problems(asked, development),
        *_grant_problems(asked),
        *_authentication_problems(asked),
        *_key_problems(asked, development),
        *_sector_problems(asked, development, has_sector),
    ]


def sector(asked: Metadata) -> str:
    """Whom pairwise subjects are shared with, "" for public ones: a host (Core 8.1).

    That of `sector_identifier_uri`, else the one of the redirect URIs. It is fixed when the client is registered.
    """
    return uris.host_of(asked.sector_identifier_uri or asked.redirect_uris[0]) if is_pairwise(asked) else ""


def is_pairwise(asked: Metadata) -> bool:
    """Whether its people get a `sub` that no other sector sees."""
    return asked.subject_type == "pairwise"


def has_secret(method: str) -> bool:
    """Whether clients authenticate with a secret by that method."""
    return method.startswith("client_secret_")


def _name_problems(asked: Metadata) -> list[str]:
    found = []
    if not _CLIENT_ID.fullmatch(asked.client_id or "generated"):
        found.append("client_id: 1 to 255 letters, digits, or . _ ~ - within")
    if not 1 <= len(asked.name.strip()) <= 200 or not asked.name.isprintable():
        found.append("name: 1 to 200 printable characters, as people will read it")
    return found


def _value_problems(asked: Metadata, apis: Apis) -> list[str]:
    """Values that are unknown here, each with the ones that are known."""
    of_its_apis = [scope for name in asked.resources for scope in apis.get(name, ())]
    allowed: list[tuple[str, tuple[str | None, ...], tuple[str | None, ...]]] = [
        ("application_type", (asked.application_type,), APPLICATION_TYPES),
        ("token_endpoint_auth_method", (asked.token_endpoint_auth_method,), AUTH_METHODS),
        ("token_endpoint_auth_signing_alg", (asked.token_endpoint_auth_signing_alg,), (None, *ASSERTION_ALGS)),
        ("grant_types", asked.grant_types, GRANT_TYPES),
        ("response_types", asked.response_types, RESPONSE_TYPES),
        ("scope", asked.scopes, tuple(dict.fromkeys((*SCOPES, *of_its_apis)))),
        ("id_token_signed_response_alg", (asked.id_token_signed_response_alg,), SIGNING_ALGS),
        ("access_token_signing_alg", (asked.access_token_signing_alg,), SIGNING_ALGS),
        ("userinfo_signed_response_alg", (asked.userinfo_signed_response_alg,), (None, *SIGNING_ALGS)),
        ("introspection_signed_response_alg", (asked.introspection_signed_response_alg,), (None, *SIGNING_ALGS)),
        ("subject_type", (asked.subject_type,), SUBJECT_TYPES),
    ]
    return [
        f"{field}: {value!r} is not one of {', '.join(filter(None, known))}"
        for field, values, known in allowed
        for value in values
        if value not in known
    ]


def _resource_problems(asked: Metadata, apis: Apis) -> list[str]:
    unknown = [name for name in asked.resources if name not in apis]
    found = [f"resource: {name!a} is not registered: see `idp resources list`" for name in unknown]
    return found + [
        f"resource: {name!a} is listed twice"
        for name in sorted(set(asked.resources))
        if asked.resources.count(name) > 1
    ]


def _uri_problems(asked: Metadata, development: bool) -> list[str]:
    native = asked.application_type == "native"
    found = []
    for field, values in (
        ("redirect_uri", asked.redirect_uris),
        ("post_logout_redirect_uri", asked.post_logout_redirect_uris),
    ):
        checked = [(uri, uris.problem(uri, native=native, development=development)) for uri in values]
        found += [f"{field}: {uri!a}: {reason}" for uri, reason in checked if reason]
        found += [f"{field}: {uri!a} is listed twice" for uri in set(values) if values.count(uri) > 1]
    # A native client's are https too: they are of its portal, not of a person's machine.
    for field in ("initiate_login_uri", "policy_uri", "tos_uri", "backchannel_logout_uri", "frontchannel_logout_uri"):
        uri = getattr(asked, field)
        reason = None if uri is None else uris.problem(uri, development=development)
        found += [f"{field}: {uri!a}: {reason}"] if reason else []
    found += _frame_problems(asked)
    for origin in asked.origins:
        reason = uris.origin_problem(origin, development=development)
        found += [f"origin: {origin!a}: {reason}"] if reason else []
    return found


def _frame_problems(asked: Metadata) -> list[str]:
    """Front-Channel Logout 2: where a redirect URI is, so that the frame sees the cookie that the sign-in set."""
    uri = asked.frontchannel_logout_uri
    known = {uris.origin_of(one) for one in asked.redirect_uris}
    if uri is None or uris.origin_of(uri) in known:
        return []
    return ["frontchannel_logout_uri: its scheme, host and port must be those of a redirect URI"]


def _grant_problems(asked: Metadata) -> list[str]:
    codes, refreshes = "authorization_code" in asked.grant_types, "refresh_token" in asked.grant_types
    found = []
    if codes != ("code" in asked.response_types):
        found.append("response_types: code and the grant type authorization_code go together")
    if codes and not asked.redirect_uris:
        found.append("redirect_uri: at least one is needed")
    if refreshes and not codes:
        found.append("grant_types: refresh_token needs authorization_code")
    if not refreshes and (asked.offline or "offline_access" in asked.scopes):
        found.append("grant_types: offline access needs refresh_token")
    if asked.offline and not asked.first_party:
        found.append("offline: without asking the person, for first-party clients only; others ask for offline_access")
    if "client_credentials" in asked.grant_types and not asked.resources:
        found.append("resource: client_credentials gives access to an API: name one at least")
    if asked.grant_types and not asked.scopes:
        found.append("scope: at least one is needed")
    return found


def _authentication_problems(asked: Metadata) -> list[str]:
    public, native = asked.token_endpoint_auth_method == "none", asked.application_type == "native"
    found = []
    if public and "client_credentials" in asked.grant_types:  # RFC 6749 4.4
        found.append("grant_types: client_credentials is for a client that proves who it is")
    if public and not asked.grant_types:
        found.append("grant_types: without one, and without a proof of who it is, it could do nothing")
    if native and not public:  # RFC 8252, 8.5: a secret in each copy of a program is none
        found.append("token_endpoint_auth_method: a native client has no secret: none")
    if not asked.require_pkce and (public or native):  # RFC 9700, 2.1.1
        found.append("require_pkce: never relaxed for a public client")
    return found


def _key_problems(asked: Metadata, development: bool) -> list[str]:
    """A client that signs has keys, by value or by reference, and no other has any (Core 9)."""
    if asked.token_endpoint_auth_method != assertions.METHOD:
        named = ("jwks", "jwks_uri", "token_endpoint_auth_signing_alg")
        return [f"{name}: for private_key_jwt only" for name in named if getattr(asked, name) is not None]
    if (asked.jwks is None) == (asked.jwks_uri is None):
        return ["jwks, jwks_uri: private_key_jwt needs the client's public keys: one of the two"]
    if asked.jwks_uri is not None:
        reason = uris.problem(asked.jwks_uri, development=development)
        return [f"jwks_uri: {asked.jwks_uri!a}: {reason}"] if reason else []
    try:
        usable(asked.jwks)
    except NoKeys as reason:
        return [f"jwks: {reason}"]
    return []


def _sector_problems(asked: Metadata, development: bool, has_sector: bool) -> list[str]:
    uri = asked.sector_identifier_uri
    if uri is not None:
        reason = uris.problem(uri, development=development)
        if not is_pairwise(asked):
            reason = "it is for pairwise subjects only"
        return [f"sector_identifier_uri: {uri!a}: {reason}"] if reason else []
    if not is_pairwise(asked) or has_sector:
        return []
    known = [uri for uri in asked.redirect_uris if uris.problem(uri, native=True, development=True) is None]
    hosts = sorted({uris.host_of(uri) for uri in known})
    if len(hosts) == 1:
        return []
    several = f"not {', '.join(hosts) or 'none'}, or a sector_identifier_uri"
    return [f"redirect_uri: pairwise subjects need redirect URIs of one host, {several}"]
