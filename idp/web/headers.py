"""The headers of every response: pages, errors and redirects alike."""

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from flask import Flask, Response, g

from idp.settings import settings

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": (
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), "
        "magnetometer=(), microphone=(), midi=(), payment=(), usb=()"
    ),
}
_UNLESS_SAID = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SECURE = ("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
# No Clear-Site-Data: its "cookies" would sign the person out of the portal too, and forget the known device.


def init_app(app: Flask) -> None:
    """Set the headers of every response; a view says otherwise only about caching and CORP."""
    app.after_request(_dress)


def plain(said: dict[str, str]) -> list[tuple[str, str]]:
    """The headers of an answer that is no page and was not made by Flask: the same."""
    dressed = {"Content-Security-Policy": _POLICY, **_ALWAYS, **_UNLESS_SAID} | said
    return [*dressed.items(), _SECURE] if settings.is_secure else [*dressed.items()]


def allow_form_action(uri: str) -> None:
    """Let the forms of this response end at the origin of `uri`, a *validated* redirect URI.

    Chromium applies `form-action` to the redirect that follows a POST, so a page of a journey whose answer leaves for
    the portal must name it. Raises `ValueError` when the URI has no origin that a policy can name.
    """
    g.form_action_sources = sorted({*g.get("form_action_sources", []), _source(uri)})


def allow_frames(uris: Iterable[str]) -> None:
    """Let this page show frames of these origins, of *validated* addresses of clients. Raises `ValueError` as above."""
    g.frame_sources = sorted({*g.get("frame_sources", []), *map(_source, uris)})


def _source(uri: str) -> str:
    parts = urlsplit(uri)
    host = parts.hostname or ""
    is_web = parts.scheme in ("http", "https")
    if is_web and re.fullmatch(r"[a-z0-9.-]+", host, re.ASCII):
        return f"{parts.scheme}://{host}:{parts.port}" if parts.port else f"{parts.scheme}://{host}"
    if is_web and host == "::1":
        return f"{parts.scheme}:"  # the grammar of sources has no IPv6 address (CSP 3, 2.3.1)
    if not is_web and re.fullmatch(r"[a-z][a-z0-9+.-]*", parts.scheme, re.ASCII):
        return f"{parts.scheme}:"  # an installed application (RFC 8252 7.1)
    raise ValueError("no origin that a content policy can name")


def _dress(response: Response) -> Response:
    headers = response.headers
    frames = ["; frame-src", *g.frame_sources] if g.get("frame_sources") else []
    policy = " ".join([_POLICY, *g.get("form_action_sources", []), *frames])
    headers["Content-Security-Policy"] = policy.replace(" ;", ";")
    headers.update(_ALWAYS)
    for name, value in _UNLESS_SAID.items():
        headers.setdefault(name, value)
    if settings.is_secure:
        headers.set(*_SECURE)
    if g.get("signed_in_page"):
        # Journey pages send none: a portal that signs in through a popup needs its opener.
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers.pop("Server", None)
    return response
