"""`POST /token` (RFC 6749 3.2)."""

from flask import Response

from idp.oidc.clients.views import machine
from idp.oidc.clients.views.machine import Asked, Said
from idp.oidc.kernel import server


def issue() -> Response:
    """A code or a refresh token for tokens."""
    return machine.show(answer)


def answer(asked: Asked) -> Said:
    """The same, of plain values."""
    return machine.answer(server.token, asked)
