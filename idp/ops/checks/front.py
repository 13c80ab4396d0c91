"""The public address, asked from here as a browser would: whether it leads to us, with a certificate that lives."""

import http.client
import ssl
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlsplit

from idp import clock
from idp.ops.checks.verdicts import Check, Seen, advice, fine, wrong
from idp.settings import Settings

PATIENCE = 5
"""Seconds for connecting, and for the answer."""
NOTICE = timedelta(days=14)
"""How long before its certificate expires one is told: it should have been renewed by then."""


def _address(chosen: Settings) -> Iterator[Seen]:
    parts = urlsplit(chosen.issuer)
    context = ssl.create_default_context()
    with closing(http.client.HTTPSConnection(parts.netloc, timeout=PATIENCE, context=context)) as connection:
        try:
            connection.connect()
            yield _certificate(connection.sock)
            connection.request("GET", f"{parts.path}/livez")
            yield _answer(connection.getresponse().status)
        except ssl.SSLCertVerificationError as error:
            do = "renew it, or give the proxy the whole chain; then reload it"
            yield wrong(f"its certificate is not to be trusted: {error.verify_message}", do)
        except (OSError, http.client.HTTPException) as error:
            told = f"it cannot be reached from here ({type(error).__name__})"
            yield advice(told, "from elsewhere it should be; see the proxy, its name and the firewall")


def _certificate(sock: ssl.SSLSocket) -> Seen:
    known = sock.getpeercert() or {}
    until = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(known["notAfter"])), UTC)
    told = f"its certificate is valid until {until:%Y-%m-%d}"
    return fine(told) if until - clock.now() > NOTICE else advice(told, "see why it was not renewed yet")


def _answer(status: int) -> Seen:
    if status == HTTPStatus.OK:
        return fine("it leads to a server of ours")
    do = "the proxy must pass on to a node, with X-Forwarded-Host and -Proto, as deploy/nginx.conf does"
    return wrong(f"it answers {status}, and not as we do", do)


CHECKS = (Check("public address", "people and portals know no other", _address),)
