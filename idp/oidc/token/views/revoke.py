"""`POST /revoke` (RFC 7009)."""

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Response

from idp.oidc.clients.authentication import authenticate
from idp.oidc.clients.views import machine
from idp.oidc.clients.views.machine import Asked, Said
from idp.oidc.kernel import Answer, ProtocolRequest, server
from idp.oidc.token import revocation


def revoke() -> Response:
    """A client gives a token back: 200 without a body, once the end is stored."""
    return machine.show(answer)


def answer(asked: Asked) -> Said:
    """The same, of plain values."""
    return machine.answer(_revoke, asked)


def _revoke(asked: ProtocolRequest) -> Answer:
    try:
        revocation.revoke(asked.form.get("token"), authenticate(asked))
    except OAuth2Error as error:
        return server.handle_error_response(asked, error)
    return Answer(200, None)
