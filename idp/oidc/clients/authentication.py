"""Client authentication: exactly the registered method, exactly one in a request (RFC 6749 2.3)."""

import base64
from typing import NamedTuple
from urllib.parse import unquote_plus

from idp.oidc.clients import assertions
from idp.oidc.errors import Refused
from idp.oidc.kernel import ProtocolRequest
from idp.oidc.models import registered
from idp.oidc.models.registered import RegisteredClient

METHODS = ("client_secret_basic", "client_secret_post", assertions.METHOD, "none")


class Claimed(NamedTuple):
    """Who a request says it is from, and by which method it means to prove it: a secret, or an assertion."""

    method: str
    client_id: str
    secret: str


def authenticate(request: ProtocolRequest) -> RegisteredClient:
    """The client, proven. Raises `Refused`: one answer for an unknown client, a wrong secret and a wrong method."""
    claimed = _claimed(request)
    client = registered.find(claimed.client_id)
    if client is None or not client.check_endpoint_auth_method(claimed.method, "token"):
        raise Refused("invalid_client")
    if claimed.method == assertions.METHOD:
        assertions.check(client, claimed.secret)
    elif claimed.method != "none" and not client.check_client_secret(claimed.secret):
        raise Refused("invalid_client")
    request.client, request.auth_method = client, claimed.method
    return client


def _claimed(request: ProtocolRequest) -> Claimed:
    header = request.headers.get("Authorization")
    named, secret = request.form.get("client_id"), request.form.get("client_secret")
    if "client_assertion" in request.form or "client_assertion_type" in request.form:
        return _asserted(request)
    if header is None:
        return Claimed("client_secret_post" if secret else "none", named or "", secret or "")
    if secret:
        raise Refused("invalid_request", "the client authenticates by more than one method")
    client_id, secret = _basic(header)
    if named not in (None, client_id):
        raise Refused("invalid_client")
    return Claimed("client_secret_basic", client_id, secret)


def _asserted(request: ProtocolRequest) -> Claimed:
    """RFC 7521 4.2: assertion and type, and nothing else that proves; `client_id` may stand beside."""
    form = request.form
    if "client_secret" in form or "Authorization" in request.headers:
        raise Refused("invalid_request", "the client authenticates by more than one method")
    assertion = form.get("client_assertion", "")
    client_id = assertions.claimed(assertion)
    if form.get("client_assertion_type") != assertions.TYPE or form.get("client_id", client_id) != client_id:
        raise Refused("invalid_client")
    return Claimed(assertions.METHOD, client_id, assertion)


def _basic(header: str) -> tuple[str, str]:
    """Identifier and secret, each form-encoded before they were joined and put in Base64 (RFC 6749 2.3.1)."""
    scheme, _, credentials = header.partition(" ")
    try:
        joined = base64.b64decode(credentials.strip(), validate=True).decode()
        client_id, colon, secret = joined.partition(":")
        client_id, secret = unquote_plus(client_id, errors="strict"), unquote_plus(secret, errors="strict")
    except ValueError:
        raise Refused("invalid_client") from None
    if scheme.lower() != "basic" or not colon:
        raise Refused("invalid_client")
    return client_id, secret
