"""What a program posts, and how it is answered: shared by every endpoint of the protocol that a program calls."""

from collections.abc import Callable, Collection
from typing import NamedTuple

from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Response, json, request

from idp.oidc.kernel import Answer, ProtocolRequest, form_of, server
from idp.oidc.models import registered
from idp.web import cors

_JSON = "application/json"


class Asked(NamedTuple):
    """What a program sent: all that an endpoint reads of it, so that it can be asked without Flask (`door.py`)."""

    method: str
    authorization: str | None
    content_type: str
    query: bytes
    body: bytes
    accept: str


class Said(NamedTuple):
    """An answer, and the origins whose scripts may read it; None where nobody knows whose they would be."""

    answer: Answer
    origins: Collection[str] | None = None


class Written(NamedTuple):
    """The same as HTTP."""

    status: int
    headers: dict[str, str]
    body: bytes


Endpoint = Callable[[Asked], Said]


def show(endpoint: Endpoint) -> Response:
    """An endpoint as Flask calls it; or the answer to `OPTIONS`."""
    return preflight() if request.method == "OPTIONS" else respond(endpoint(asked()))


def asked() -> Asked:
    """What Flask received. Nobody reads the body of a GET."""
    body = request.get_data() if request.method == "POST" else b""
    authorization, accept = request.headers.get("Authorization"), request.headers.get("Accept", "")
    return Asked(request.method, authorization, request.content_type or "", request.query_string, body, accept)


def answer(reply: Callable[[ProtocolRequest], Answer], asked: Asked) -> Said:
    """Read the form, have it answered, and let the client's own origins read the answer."""
    try:
        values = form_of(asked.content_type, asked.query, asked.body)
    except OAuth2Error as error:
        return Said(server.handle_error_response(None, error))
    form = ProtocolRequest({"Authorization": asked.authorization} if asked.authorization else {}, values)
    answered = reply(form)
    # A script must be able to read why its client was refused, so the client it names is enough.
    client = form.client or registered.find(values.get("client_id", ""))
    return Said(answered, client.origins if client else ())


def written(said: Said, origin: str | None) -> Written:
    """The answer as HTTP, never to be stored (RFC 6749 5.1)."""
    match said.answer.body:
        case None:  # some clients read an empty text as an error
            body, headers = b"", {}
        case str() as token:
            body, headers = token.encode(), {"Content-Type": "application/jwt"}
        case members:
            body, headers = json.dumps(members, separators=(",", ":")).encode() + b"\n", {"Content-Type": _JSON}
    headers |= dict(said.answer.headers) | {"Cache-Control": "no-store", "Pragma": "no-cache"}
    readers = {} if said.origins is None else cors.headers(origin, said.origins)
    return Written(said.answer.status, headers | readers, body)


def respond(said: Said) -> Response:
    """The answer as Flask sends it."""
    status, headers, body = written(said, request.headers.get("Origin"))
    response = Response(body, status, headers)
    if "Content-Type" not in headers:
        del response.headers["Content-Type"]
    return response


def preflight() -> Response:
    """`OPTIONS`: the browser does not say which client asks, so any registered origin may go on to the question."""
    return cors.preflight(registered.origins(), "GET, POST")
