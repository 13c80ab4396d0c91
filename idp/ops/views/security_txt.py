"""`/.well-known/security.txt`: whom to tell about a weakness (RFC 9116)."""

from collections.abc import Iterator
from datetime import timedelta

from flask import Response, url_for

from idp import clock
from idp.settings import settings

STANDS_FOR = timedelta(days=90)
"""How long a copy of it may be believed: under a year (RFC 9116 2.5.5). Asked again, the file has a later date."""


def show() -> Response:
    """The file, always in force: it is made of the settings and of today's date."""
    response = Response("".join(f"{name}: {value}\r\n" for name, value in _fields()), mimetype="text/plain")
    response.headers["Cache-Control"] = f"public, max-age={24 * 3600}"
    return response


def _fields() -> Iterator[tuple[str, str]]:
    for contact in settings.security_contacts or (settings.network_contact,):
        yield "Contact", contact if ":" in contact else f"mailto:{contact}"
    yield "Expires", f"{clock.now() + STANDS_FOR:%Y-%m-%dT00:00:00Z}"
    yield "Preferred-Languages", ", ".join(settings.locales)
    yield "Canonical", settings.issuer + url_for("ops.security_txt")
