"""`POST /introspect` (RFC 7662, RFC 9701)."""

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Response
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from idp.oidc.clients.authentication import authenticate
from idp.oidc.clients.views import machine
from idp.oidc.clients.views.machine import Asked, Said
from idp.oidc.kernel import Answer, ProtocolRequest, server
from idp.oidc.token import introspection

SIGNED = f"application/{introspection.TYP}"


def introspect() -> Response:
    """The server of an API asks what a token is worth."""
    return machine.show(answer)


def answer(asked: Asked) -> Said:
    """The same, of plain values."""
    return machine.answer(lambda form: _introspect(form, _wants_a_token(asked.accept)), asked)


def _introspect(form: ProtocolRequest, signed: bool) -> Answer:
    try:
        asker = authenticate(form)
        told = introspection.introspect(form.form.get("token"), asker)
    except OAuth2Error as error:
        return server.handle_error_response(form, error)
    if signed:
        return Answer(200, introspection.signed(told, asker), [("Content-Type", SIGNED)])
    return Answer(200, told)


def _wants_a_token(accept: str) -> bool:
    return parse_accept_header(accept, MIMEAccept).best_match(("application/json", SIGNED)) == SIGNED
