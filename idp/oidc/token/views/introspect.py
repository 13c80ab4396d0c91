"""`POST /introspect` (RFC 7662)."""

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Response

from idp.oidc.clients.authentication import authenticate
from idp.oidc.clients.views import machine
from idp.oidc.kernel import Answer, ProtocolRequest, server
from idp.oidc.token import introspection


def introspect() -> Response:
    """The server of an API asks what a token is worth."""
    return machine.answer(_introspect)


def _introspect(asked: ProtocolRequest) -> Answer:
    try:
        return Answer(200, introspection.introspect(asked.form.get("token"), authenticate(asked)))
    except OAuth2Error as error:
        return server.handle_error_response(asked, error)
