"""How an access token is shown (RFC 6750 2): in one way only, and never in the address."""

from idp.oidc.clients.views.machine import Asked
from idp.oidc.errors import Refused
from idp.oidc.kernel import form_of

FORM = "application/x-www-form-urlencoded"


def shown(asked: Asked) -> str | None:
    """The token, from the header or from the form of a POST. Raises `Refused`."""
    scheme, _, token = (asked.authorization or "").partition(" ")
    posted = form_of(FORM, asked.query, asked.body).get("access_token") if _is_form(asked) else None
    if posted is not None and token:
        raise Refused("invalid_request", "the token is shown in two ways")
    return posted or (token.strip() if scheme.lower() == "bearer" and token else None)


def _is_form(asked: Asked) -> bool:
    return asked.method == "POST" and asked.content_type.partition(";")[0].strip().lower() == FORM
