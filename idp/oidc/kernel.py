"""Authlib's framework-free AuthorizationServer, made ours: plain values in, plain values out."""

import logging
import warnings
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, cast
from urllib.parse import parse_qsl

from authlib.deprecate import AuthlibDeprecationWarning
from authlib.oauth2.rfc6749 import AuthorizationServer, OAuth2Error, OAuth2Request
from authlib.oauth2.rfc6749.requests import BasicOAuth2Payload

from idp.oidc import errors
from idp.oidc.errors import Refused
from idp.oidc.models.registered import RegisteredClient
from idp.settings import settings

MOST_PARAMETERS = 100

logging.getLogger("authlib").setLevel(logging.INFO)  # its debug lines hold tokens
warnings.filterwarnings("ignore", category=AuthlibDeprecationWarning)  # Authlib turns them on, whatever was chosen


class Answer(NamedTuple):
    """What a program is answered: JSON, a JWT, or nothing."""

    status: int
    body: dict[str, Any] | str | None
    headers: Sequence[tuple[str, str]] = ()


class ProtocolRequest(OAuth2Request):
    """What was posted, each parameter once, and the headers."""

    headers: Mapping[str, str]
    client: RegisteredClient | None

    def __init__(self, headers: Mapping[str, str], values: dict[str, str], method: str = "POST") -> None:
        # Authlib's own constructor refuses http, which is how a proxy may speak to us, and wants a URL built anew.
        self.method = method
        self.headers = headers
        self.values = values
        self.payload = BasicOAuth2Payload(values)
        self.client = None
        self.auth_method: str | None = None
        self.user = self.authorization_code = self.refresh_token = None
        self._scope = None

    @property
    def form(self) -> dict[str, str]:
        """What was posted: there are no other parameters."""
        return self.values


def form_of(content_type: str, query: bytes, body: bytes) -> dict[str, str]:
    """The parameters of a form, empty ones left out (RFC 6749 3.2). Raises `Refused` (invalid_request).

    Nothing is taken from the query: it is logged by everyone on the way, and would override the body.
    """
    if query:
        raise Refused("invalid_request", "parameters belong in the body, not in the query")
    if content_type.partition(";")[0].strip().lower() != "application/x-www-form-urlencoded":
        raise Refused("invalid_request", "the content type must be application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict", max_num_fields=MOST_PARAMETERS)
    except ValueError:
        raise Refused("invalid_request", "the body is not a form in UTF-8, or has too many parameters") from None
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        if {name for name in values if names.count(name) > 1} == {"resource"}:
            raise Refused("invalid_target", "an access token is for one resource")  # RFC 8707 2.2
        raise Refused("invalid_request", "a parameter is there twice")
    if any("\0" in text for pair in pairs for text in pair):
        raise Refused("invalid_request", "a parameter holds a character that is not allowed")
    return {name: value for name, value in values.items() if value}


class Server(AuthorizationServer):
    """The kernel of the endpoints for programs. It is empty until `idp/oidc/server.py` says what is supported."""

    def create_oauth2_request(self, request: ProtocolRequest) -> ProtocolRequest:
        """Ours already."""
        return request

    def handle_response(self, status: int, body: Any, headers: object) -> Answer:
        """As plain values. Authlib's headers are one list that all answers share; the edge sets ours."""
        return Answer(status, body)

    def token(self, request: ProtocolRequest) -> Answer:
        """Answer a token request (RFC 6749 5)."""
        if "grant_type" not in request.form:  # Authlib would call it unsupported
            return self.handle_error_response(request, Refused("invalid_request", "grant_type is required"))
        return cast(Answer, self.create_token_response(request))

    def handle_error_response(self, request: OAuth2Request | None, error: OAuth2Error) -> Answer:
        """A protocol fault as JSON, from the one table."""
        status, code, description = errors.described(error)
        challenge = ("WWW-Authenticate", f'Basic realm="{settings.issuer}"')  # RFC 9110 15.5.2
        body = {"error": code, "error_description": description}
        return Answer(status, body, (challenge,) if status == 401 else ())


server = Server()
