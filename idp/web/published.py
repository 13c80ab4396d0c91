"""What is public and the same for all, answered from memory before anything else is asked."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from threading import Lock
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from flask import Flask, Response, g, request

from idp import clock
from idp.settings import Settings

Wsgi = Callable[[dict[str, Any], Any], Iterable[bytes]]


Still = Callable[[datetime], bool]
"""Whether what was published stands at that instant; it must ask nothing of the stores."""


class Kept(NamedTuple):
    """An answer as it was first given, and whether it stands."""

    body: bytes
    headers: list[tuple[str, str]]
    etag: str
    stands: Still


def keep_while(stands: Still) -> None:
    """Let this response, which depends on its path alone, answer the next requests too, as long as it stands."""
    g.published_while = stands


def init_app(app: Flask, chosen: Settings) -> None:
    """Stand in front of the application. First of the furniture: it keeps responses that the others have dressed."""
    front = _Front(app.wsgi_app, urlsplit(chosen.issuer).netloc)
    app.wsgi_app = front  # type: ignore[method-assign]
    app.after_request(front.keep)


class _Front:
    """A program reads keys and metadata again and again: neither Flask nor the database need hear of it."""

    def __init__(self, application: Wsgi, host: str) -> None:
        self._application = application
        self._host = host
        self._kept: dict[str, Kept] = {}
        self._writing = Lock()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        kept = self._kept.get(environ["PATH_INFO"])
        if kept is None or environ["REQUEST_METHOD"] not in ("GET", "HEAD") or not self._is_plain(environ):
            return self._application(environ, start_response)
        if not kept.stands(clock.now()):
            return self._application(environ, start_response)
        if environ.get("HTTP_IF_NONE_MATCH") == kept.etag:
            start_response("304 NOT MODIFIED", [pair for pair in kept.headers if pair[0] != "Content-Length"])
            return []
        start_response("200 OK", kept.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [kept.body]

    def keep(self, response: Response) -> Response:
        """Remember what a view said may be kept."""
        stands: Still | None = g.get("published_while")
        if stands is not None and response.status_code == 200 and request.method == "GET":
            answer = Kept(response.get_data(), _plain(response.headers), response.headers["ETag"], stands)
            with self._writing:
                self._kept = self._kept | {request.path: answer}
        return response

    def _is_plain(self, environ: Mapping[str, Any]) -> bool:
        return environ.get("HTTP_HOST") == self._host and not environ.get("QUERY_STRING")


def _plain(headers: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(str(name), str(value)) for name, value in headers]
