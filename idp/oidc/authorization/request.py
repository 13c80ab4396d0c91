"""An authorization request, checked: who asks, where the answer goes, and what is asked, in that order.

No error is sent anywhere before the client and its redirect URI are both known (RFC 6749 4.1.2.1): until then it is an
`UntrustedRequest`, which becomes a page; from then on an `OAuth2Error`, which goes back to the client.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749.errors import (
    InvalidRequestError,
    InvalidScopeError,
    OAuth2Error,
    UnauthorizedClientError,
    UnsupportedResponseTypeError,
)

from idp.errors import UntrustedRequest
from idp.oidc.authorization import details, pkce, policy
from idp.oidc.clients import resources as apis
from idp.oidc.models import registered
from idp.oidc.models.registered import RegisteredClient

MOST_PARAMETERS = 100
RESPONSE_MODES = ("query", "form_post")
LONGEST_QUESTION = 6000  # bytes of JSON: it is kept in a short-lived record of 8 KiB, beside the client's own names
NOT_SPOKEN = {
    "request": "request_not_supported",
    "request_uri": "request_uri_not_supported",
    "registration": "registration_not_supported",
}


def pairs_of(raw: bytes) -> list[tuple[str, str]]:
    """The parameters of a query, decoded once, as UTF-8 (INP-3). Raises `UntrustedRequest`."""
    try:
        return parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise UntrustedRequest("the query is not readable") from None


@dataclass(frozen=True)
class Parameters:
    """The parameters of a request: each at most once, empty ones left out (RFC 6749 3.1)."""

    values: dict[str, str]
    repeated: frozenset[str]
    resources: tuple[str, ...] = ()
    """`resource`, the one that may be repeated (RFC 8707 2.1)."""

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Parameters":
        """From the pairs of a query or a form, in their order."""
        values: dict[str, str] = {}
        repeated = set()
        resources = []
        for name, value in pairs:
            if name == "resource":
                resources += [value] if value else []
                continue
            if name in values:
                repeated.add(name)
            values.setdefault(name, value)
        return cls({name: value for name, value in values.items() if value}, frozenset(repeated), tuple(resources))

    def get(self, name: str) -> str | None:
        """One parameter, or None."""
        return self.values.get(name)


@dataclass(frozen=True)
class Asker:
    """Who asks, and where the answer goes: both known to us."""

    client: RegisteredClient
    redirect_uri: str
    state: str | None
    response_mode: str


def asker_of(parameters: Parameters) -> Asker:
    """The client and its redirect URI. Raises `UntrustedRequest`: nothing may be sent back."""
    if parameters.repeated & {"client_id", "redirect_uri"}:
        raise UntrustedRequest("client_id or redirect_uri is there twice")
    client = registered.find(parameters.get("client_id") or "")
    if client is None:
        raise UntrustedRequest("no client of that client_id")
    redirect_uri = parameters.get("redirect_uri")
    if redirect_uri is None or not client.check_redirect_uri(redirect_uri):
        raise UntrustedRequest("redirect_uri is not one that the client registered")
    mode = None if "response_mode" in parameters.repeated else parameters.get("response_mode")
    state = None if "state" in parameters.repeated else parameters.get("state")
    return Asker(client, redirect_uri, state, mode if mode in RESPONSE_MODES else "query")


def question_of(asker: Asker, parameters: Parameters) -> dict[str, Any]:
    """What is asked, as the journey keeps it. Raises `OAuth2Error`, to be sent to the client."""
    _check_shape(parameters)
    _check_response(asker.client, parameters)
    claims = policy.claims_of(parameters.get("claims"))
    challenge, method = parameters.get("code_challenge"), parameters.get("code_challenge_method")
    resources = apis.asked_of(asker.client, parameters.resources)
    named = details.named_by(*map(parameters.get, ("authorization_details", "organization", "siret_hint")))
    question = {
        "redirect_uri": asker.redirect_uri,
        "state": asker.state,
        "response_mode": asker.response_mode,
        "scopes": _scopes(asker.client, parameters.get("scope"), resources),
        "resources": resources,
        "nonce": parameters.get("nonce"),
        "code_challenge": pkce.challenge_of(asker.client, challenge, method),
        "prompts": policy.prompts_of(parameters.get("prompt")),
        "max_age": policy.max_age_of(asker.client, parameters.get("max_age")),
        "claims": claims,
        "essential_acr": policy.essential_acr(claims),
        "subject_account": policy.account_meant(asker.client, parameters.get("id_token_hint"), claims),
        "login_hint": parameters.get("login_hint"),
        "organization": named.organization,
        "privileges": named.privileges,
    }
    if len(json.dumps(question)) > LONGEST_QUESTION:
        raise InvalidRequestError("the request is too long")
    return question


def _check_shape(parameters: Parameters) -> None:
    if parameters.repeated:
        raise InvalidRequestError("a parameter is there twice")
    for name, error in NOT_SPOKEN.items():
        if parameters.get(name) is not None:
            raise _named(error)
    if any("\0" in value for value in parameters.values.values()):
        raise InvalidRequestError("a parameter holds a character that is not allowed")


def _check_response(client: RegisteredClient, parameters: Parameters) -> None:
    response_type = parameters.get("response_type")
    if response_type is None:
        raise InvalidRequestError("response_type is required")
    if response_type != "code":
        raise UnsupportedResponseTypeError(response_type="")  # never echo what was asked
    if not client.check_response_type(response_type):
        raise UnauthorizedClientError("the client may not use this response_type")
    if parameters.get("response_mode") not in (None, *RESPONSE_MODES):
        raise InvalidRequestError("response_mode is not supported")


def _scopes(client: RegisteredClient, scope: str | None, resources: list[str]) -> list[str]:
    opened = apis.opened(client, resources)
    allowed = [one for one in client.get_allowed_scope(scope).split() if one in opened]
    if not allowed:
        raise InvalidScopeError("none of these scopes is open to the client")
    return allowed


def _named(code: str) -> OAuth2Error:
    error = OAuth2Error()
    error.error = code
    return error
