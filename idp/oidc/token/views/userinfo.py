"""`GET` and `POST /userinfo` (OpenID Connect Core 5.3.1)."""

from flask import Response

from idp.oidc.clients.views import machine
from idp.oidc.clients.views.machine import Asked, Said
from idp.oidc.errors import Refused
from idp.oidc.models import registered
from idp.oidc.token import userinfo
from idp.oidc.token.views import bearer


def show() -> Response:
    """The claims of who the access token is about; the token in the header, or in the form of a POST."""
    return machine.show(answer)


def answer(asked: Asked) -> Said:
    """The same, of plain values."""
    try:
        told = userinfo.tell(bearer.shown(asked))
    except Refused as error:
        told = userinfo.Told(userinfo.refused(error.error))
    # A script must be able to read why. Whose token it was is not known then, so any registered origin may.
    return Said(told.answer, told.client.origins if told.client else registered.origins())
