"""Token, userinfo, introspection and revocation, before Flask hears of them: programs ask them all day."""

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, g
from werkzeug.wsgi import get_input_stream

from idp.audit import origin
from idp.db import unit_of_work
from idp.oidc.clients.views import machine
from idp.oidc.clients.views.machine import Asked, Endpoint, Written
from idp.oidc.token.views import introspect, revoke, token, userinfo
from idp.settings import Settings
from idp.web import errors, headers, logs

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]

SERVED: Mapping[tuple[str, str], Endpoint] = {
    ("POST", "/token"): token.answer,
    ("GET", "/userinfo"): userinfo.answer,
    ("POST", "/userinfo"): userinfo.answer,
    ("POST", "/introspect"): introspect.answer,
    ("POST", "/revoke"): revoke.answer,
}
"""The same answers as those of `idp/oidc/routes.py`, by method and path."""


def init_app(app: Flask, chosen: Settings) -> None:
    """Stand in front of Flask, behind what knows our proxies."""
    app.wsgi_app = _Door(app, urlsplit(chosen.issuer).netloc, chosen.max_body)  # type: ignore[method-assign]


class _Door:
    """What is asked plainly is answered here, with all that Flask would do for it; everything else is Flask's.

    So nothing is refused here: whatever a request may be refused for before its endpoint reads it is not plain.
    """

    def __init__(self, app: Flask, host: str, most: int) -> None:
        self._app = app
        self._behind: Wsgi = app.wsgi_app
        self._host = host
        self._most = most

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        endpoint = SERVED.get((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
        if endpoint is None or not self._is_plain(environ):
            return self._behind(environ, start_response)
        with self._app.app_context():
            try:
                answered = self._answer(endpoint, environ)
            except Exception as error:  # noqa: BLE001 - Flask's own way: whatever it is, it is told
                return self._tell(error, environ, start_response)
            said = headers.plain(answered.headers | {"Content-Length": str(len(answered.body))})
            logs.answered(answered.status)
        start_response(f"{answered.status} {HTTPStatus(answered.status).phrase.upper()}", said)
        return [answered.body]

    def _is_plain(self, environ: Mapping[str, Any]) -> bool:
        """Asked of us by our name, without a query, with a body of a known length that is not too long."""
        length = environ.get("CONTENT_LENGTH") or "0"
        return bool(
            environ.get("HTTP_HOST") == self._host
            and not environ.get("QUERY_STRING")
            and not environ.get("SCRIPT_NAME")
            and "HTTP_TRANSFER_ENCODING" not in environ
            and length.isascii()
            and length.isdigit()
            and len(length) < 10
            and int(length) <= self._most
        )

    def _answer(self, endpoint: Endpoint, environ: dict[str, Any]) -> Written:
        """One request, one unit of work: see `idp/web/requests.py`."""
        g.environ = environ  # for the audit and the log, which ask Flask's request otherwise
        origin.begin()
        logs.begin()
        method = environ["REQUEST_METHOD"]
        unit_of_work(writes=method != "GET")
        body = get_input_stream(environ).read() if method == "POST" else b""
        asked = Asked(
            method,
            environ.get("HTTP_AUTHORIZATION"),
            environ.get("CONTENT_TYPE", ""),
            b"",
            body,
            environ.get("HTTP_ACCEPT", ""),
        )
        answered = machine.written(endpoint(asked), environ.get("HTTP_ORIGIN"))
        unit_of_work().close(keep=answered.status < 500)
        return answered

    def _tell(self, error: Exception, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """As Flask tells it: it has our context, so the incident keeps its number."""
        with self._app.request_context(environ):
            response = self._app.process_response(errors.answer(error))
            return response(environ, start_response)
