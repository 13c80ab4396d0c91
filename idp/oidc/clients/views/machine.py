"""What a program posts, and how it is answered: shared by every endpoint of the protocol that a program calls."""

from collections.abc import Callable

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Response, jsonify, request

from idp.oidc.kernel import Answer, ProtocolRequest, form_of, server
from idp.oidc.models import registered
from idp.web import cors


def answer(reply: Callable[[ProtocolRequest], Answer]) -> Response:
    """Read the form, have it answered, and let the client's own origins read the answer; or answer `OPTIONS`."""
    if request.method == "OPTIONS":
        return preflight()
    try:
        values = form_of(request.content_type or "", request.query_string, request.get_data())
    except OAuth2Error as error:
        return respond(server.handle_error_response(None, error))
    authorization = request.headers.get("Authorization")
    asked = ProtocolRequest({"Authorization": authorization} if authorization else {}, values)
    response = respond(reply(asked))
    # A script must be able to read why its client was refused, so the client it names is enough.
    client = asked.client or registered.find(values.get("client_id", ""))
    return cors.allow(response, client.origins if client else ())


def respond(answered: Answer) -> Response:
    """The answer as HTTP, never to be stored (RFC 6749 5.1)."""
    match answered.body:
        case None:
            response = Response()
            del response.headers["Content-Type"]  # some clients read an empty text as an error
        case str():
            response = Response(answered.body, content_type="application/jwt")
        case _:
            response = jsonify(answered.body)
    response.status_code = answered.status
    response.headers.update(answered.headers)
    response.headers.update({"Cache-Control": "no-store", "Pragma": "no-cache"})
    return response


def preflight() -> Response:
    """`OPTIONS`: the browser does not say which client asks, so any registered origin may go on to the question."""
    return cors.preflight(registered.origins(), "GET, POST")
