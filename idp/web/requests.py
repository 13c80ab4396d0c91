"""How a request begins and ends: whom we believe about its origin, which host we are, one unit of work."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit

from flask import Flask, Response, abort, request
from werkzeug.middleware.proxy_fix import ProxyFix

from idp.db import unit_of_work
from idp.errors import DatabaseUnavailable
from idp.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def init_app(app: Flask, chosen: Settings, writing_gets: frozenset[str], tell: Callable[[Exception], Response]) -> None:
    """Bound the body, trust so many proxies and no more, know one host, and close the unit of work after the view.

    `writing_gets` are the endpoints whose GET writes; `tell` makes the page of an error met while committing.
    """
    app.config["MAX_CONTENT_LENGTH"] = chosen.max_body
    app.config["MAX_FORM_MEMORY_SIZE"] = chosen.max_body
    ours = _host_pattern(chosen.issuer)
    hops = chosen.trusted_proxies
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    @app.before_request
    def begin() -> None:
        unit_of_work(writes=request.method not in SAFE or request.endpoint in writing_gets)
        if not ours.fullmatch(request.host):
            abort(400)  # Flask's TRUSTED_HOSTS would leave the page of this error without addresses
        if request.content_length is None and "Transfer-Encoding" in request.headers:
            abort(411)  # of a body without a length, the form's reader would take the first part for the whole
        if (request.content_length or 0) > chosen.max_body:
            abort(413)  # also where no view reads it

    @app.after_request
    def close(response: Response) -> Response:
        try:
            unit_of_work().close(keep=response.status_code < 500)
        except DatabaseUnavailable as error:
            return tell(error)  # nothing was kept, and no cookie is set: the session is saved after this
        return response


def _host_pattern(issuer: str) -> re.Pattern[str]:
    """What the Host header may be: the issuer's host, with or without a port."""
    host = urlsplit(issuer).hostname or ""
    return re.compile(re.escape(f"[{host}]" if ":" in host else host) + r"(?::[0-9]{1,5})?", re.IGNORECASE)
