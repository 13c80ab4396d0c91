"""`POST /introspect` (RFC 7662, RFC 9701)."""

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Response, request

from idp.oidc.clients.authentication import authenticate
from idp.oidc.clients.views import machine
from idp.oidc.kernel import Answer, ProtocolRequest, server
from idp.oidc.token import introspection

SIGNED = f"application/{introspection.TYP}"


def introspect() -> Response:
    """The server of an API asks what a token is worth."""
    return machine.answer(_introspect)


def _introspect(asked: ProtocolRequest) -> Answer:
    try:
        asker = authenticate(asked)
        told = introspection.introspect(asked.form.get("token"), asker)
    except OAuth2Error as error:
        return server.handle_error_response(asked, error)
    if request.accept_mimetypes.best_match(("application/json", SIGNED)) == SIGNED:
        return Answer(200, introspection.signed(told, asker), [("Content-Type", SIGNED)])
    return Answer(200, told)
