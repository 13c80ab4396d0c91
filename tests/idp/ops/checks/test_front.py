"""The public address as the doctor finds it, on real servers with TLS."""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.serving import make_server

from idp import clock
from tests.idp.ops.checks.asking import ADVICE, FINE, WRONG, ask
from tests.postboxes import certificate, free_port


@contextmanager
def proxy(context: ssl.SSLContext, status: str) -> Iterator[str]:
    """Whoever answers at the address; that address."""

    def answer(environ: object, start_response: object) -> list[bytes]:
        assert callable(start_response)
        start_response(status, [("Content-Length", "0")])
        return []

    server = make_server("127.0.0.1", 0, answer, ssl_context=context)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"https://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate that the system trusts, valid until tomorrow."""
    context, authority = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority))
    return context


@pytest.mark.parametrize(("status", "verdict"), [("200 OK", ADVICE), ("404 NOT FOUND", WRONG), ("502 BAD", WRONG)])
def test_the_address_must_lead_to_a_server_of_ours(app: Flask, trusted: ssl.SSLContext, status: str, verdict: str):
    with proxy(trusted, status) as address:
        assert ask(app, "public address", issuer=address)[0] == verdict


def test_a_certificate_is_told_before_it_expires(app: Flask, trusted: ssl.SSLContext):
    with proxy(trusted, "200 OK") as address:
        assert "not renewed yet" in ask(app, "public address", issuer=address)[1]
        with clock.travel(timedelta(days=-30)):
            assert ask(app, "public address", issuer=address)[0] == FINE


def test_a_certificate_nobody_trusts_is_found(app: Flask, tmp_path: Path):
    context, _ = certificate(tmp_path)
    with proxy(context, "200 OK") as address:
        seen, words = ask(app, "public address", issuer=address)
    assert (seen, "not to be trusted" in words) == (WRONG, True)


def test_an_address_that_cannot_be_reached_from_here_is_told(app: Flask):
    assert ask(app, "public address", issuer=f"https://localhost:{free_port()}")[0] == ADVICE
