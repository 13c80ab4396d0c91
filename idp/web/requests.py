"""How a request begins and ends: whom we believe about its origin, which host we are, one unit of work."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import RequestRedirect

from idp.db import unit_of_work
from idp.errors import DatabaseUnavailable, Forbidden
from idp.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
LARGEST_FILE = 1024 * 1024 + 64 * 1024
"""Bytes of a body that holds a file."""


@dataclass(frozen=True)
class Exceptions:
    """The endpoints, by name, whose GET writes, those that another site may post to, and those that take a file."""

    writing_gets: frozenset[str]
    foreign_posts: frozenset[str]
    files: frozenset[str] = frozenset()
    """Those that a file is posted to."""


def init_app(app: Flask, chosen: Settings, exceptions: Exceptions, tell: Callable[[Exception], Response]) -> None:
    """Bound the body, trust so many proxies and no more, know one host, and close the unit of work after the view.

    `tell` makes the page of an error met while committing.
    """
    app.config["MAX_CONTENT_LENGTH"] = chosen.max_body
    app.config["MAX_FORM_MEMORY_SIZE"] = chosen.max_body
    ours = _host_pattern(chosen.issuer)
    hops = chosen.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    @app.before_request
    def begin() -> None:
        unit_of_work(writes=request.method not in SAFE or request.endpoint in exceptions.writing_gets)
        _check_address(ours)
        most = LARGEST_FILE if request.endpoint in exceptions.files else chosen.max_body
        request.max_content_length = request.max_form_memory_size = most
        _check_body(most)
        if request.method not in SAFE and request.endpoint not in exceptions.foreign_posts:
            _check_origin(chosen.issuer)
            _check_form()

    @app.after_request
    def close(response: Response) -> Response:
        try:
            unit_of_work().close(keep=response.status_code < 500)
        except DatabaseUnavailable as error:
            return tell(error)  # nothing was kept, and no cookie is set: the session is saved after this
        return response


def _check_address(ours: re.Pattern[str]) -> None:
    if not request.query_string.isascii():
        request.query_string = b""  # the page of this very error reads it
        abort(400)
    if b"%00" in request.query_string or "\0" in request.path:
        abort(400)  # nothing of ours holds one, and PostgreSQL takes none (INP-3)
    if not ours.fullmatch(request.host):
        abort(400)  # Flask's TRUSTED_HOSTS would leave the page of this error without addresses
    if isinstance(request.routing_exception, RequestRedirect):
        abort(404)  # an address of ours is written in one way; the redirect would be built on the Host header


def _check_body(most: int) -> None:
    if request.content_length is None and "Transfer-Encoding" in request.headers:
        abort(411)  # of a body without a length, the form's reader would take the first part for the whole
    if (request.content_length or 0) > most:
        abort(413)  # also where no view reads it


def _check_form() -> None:
    """The same of a form, which its token makes us read anyway; what programs post is read by their endpoints."""
    if any("\0" in part for pair in request.form.items(multi=True) for part in pair):
        abort(400)


def _check_origin(issuer: str) -> None:
    """Refuse a form that the browser itself says another site sent: the second line, behind the token (LOG-9).

    Under our own referrer policy a browser calls the origin of our forms "null"; then only Sec-Fetch-Site tells.
    """
    site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
    elsewhere = origin not in (None, "null", "{0.scheme}://{0.netloc}".format(urlsplit(issuer)))
    if site in ("cross-site", "same-site") or (site is None and elsewhere):
        raise Forbidden("a form of another site")


def _host_pattern(issuer: str) -> re.Pattern[str]:
    """What the Host header may be: the issuer's host, with or without a port."""
    host = urlsplit(issuer).hostname or ""
    return re.compile(re.escape(f"[{host}]" if ":" in host else host) + r"(?::[0-9]{1,5})?", re.IGNORECASE)
