"""`GET` and `POST /userinfo` (OpenID Connect Core 5.3.1)."""

from flask import Response, request

from idp.oidc.clients.views import machine
from idp.oidc.errors import Refused
from idp.oidc.kernel import form_of
from idp.oidc.token import userinfo
from idp.web import cors

FORM = "application/x-www-form-urlencoded"


def show() -> Response:
    """The claims of who the access token is about; the token in the header, or in the form of a POST."""
    if request.method == "OPTIONS":
        return machine.preflight()
    try:
        told = userinfo.tell(_token())
    except Refused as error:
        return machine.respond(userinfo.refused(error.error))
    return cors.allow(machine.respond(told.answer), told.client.origins if told.client else ())


def _token() -> str | None:
    """RFC 6750 2: shown in one way only, and never in the address."""
    scheme, _, shown = request.headers.get("Authorization", "").partition(" ")
    posted = _form().get("access_token") if request.method == "POST" and request.mimetype == FORM else None
    if posted is not None and shown:
        raise Refused("invalid_request", "the token is shown in two ways")
    return posted or (shown.strip() if scheme.lower() == "bearer" and shown else None)


def _form() -> dict[str, str]:
    return form_of(FORM, request.query_string, request.get_data())
