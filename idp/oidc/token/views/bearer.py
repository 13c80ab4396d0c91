"""How an access token is shown (RFC 6750 2): in one way only, and never in the address."""

from flask import request

from idp.oidc.errors import Refused
from idp.oidc.kernel import form_of

FORM = "application/x-www-form-urlencoded"


def shown() -> str | None:
    """The token, from the header or from the form of a POST. Raises `Refused`."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    posted = _form().get("access_token") if request.method == "POST" and request.mimetype == FORM else None
    if posted is not None and token:
        raise Refused("invalid_request", "the token is shown in two ways")
    return posted or (token.strip() if scheme.lower() == "bearer" and token else None)


def _form() -> dict[str, str]:
    return form_of(FORM, request.query_string, request.get_data())
