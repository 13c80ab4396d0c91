"""SMS over HTTP: the request and the answer of the settings, verified TLS, no proxy, and gateways that misbehave."""

import json
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from idp.delivery.transports.port import PutOff, Rejected, ServerAway
from idp.delivery.transports.sms_gateway import SmsGateway
from tests.idp.delivery.test_transport_contract import NUMBER, an_sms, settings
from tests.postboxes import AUTHORIZATION, Postbox, black_hole, certificate


class Gateway(BaseHTTPRequestHandler):
    """Answers what it is told, and keeps what it was asked."""

    asked: list[tuple[dict[str, str], bytes, str]]
    answer: tuple[int, dict[str, str], bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((dict(self.headers), body, self.requestline))
        status, headers, body = self.answer
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *rest: Any) -> None:
        """Nothing."""


@contextmanager
def answering(
    status: int = 200, body: bytes = b"", tls: ssl.SSLContext | None = None, **headers: str
) -> Iterator[tuple[int, list[Any]]]:
    """A gateway of that answer: its port, and what it was asked."""
    asked: list[Any] = []
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    kind = type("Answering", (Gateway,), {"asked": asked, "answer": (status, told, body)})
    server = HTTPServer(("127.0.0.1", 0), kind)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, asked
    server.shutdown()
    thread.join()
    server.server_close()


def sends(box: Postbox, port: int, **changes: Any) -> None:
    SmsGateway(settings(box, **{"sms_url": f"http://127.0.0.1:{port}/sms"} | changes)).send(an_sms())


def test_the_gateway_is_told_the_same_reference_at_each_attempt(box: Postbox):
    message = an_sms()
    transport = SmsGateway(settings(box))
    transport.send(message)
    transport.send(message)
    assert [item.text for item in box.items()] == [message.text]
    assert box.box.attempts == [NUMBER, NUMBER]


def test_the_request_is_that_of_the_settings(box: Postbox):
    fields = {"recipients": "{to}", "body": "Service : {text}", "client_ref": "{id}", "from": "CAISSE"}
    with answering(202, b'{"state": "OK"}') as (port, asked):
        sends(box, port, sms_fields=fields, sms_accepted_field="state", sms_accepted_values="OK,DONE")
    headers, body, line = asked[0]
    assert line == "POST /sms HTTP/1.1"
    assert headers["Authorization"] == AUTHORIZATION
    assert json.loads(body).items() >= {"recipients": NUMBER, "body": "Service : Votre code : 123456"}.items()
    assert json.loads(body).keys() == fields.keys()


def test_fields_may_be_a_form(box: Postbox):
    with answering(200, b"") as (port, asked):
        sends(box, port, sms_format="form", sms_accepted_field="")
    assert b"to=%2B262639980001" in asked[0][1]


def test_a_text_with_braces_is_only_text(box: Postbox):
    SmsGateway(settings(box)).send(an_sms(text="{to} {id} {0}"))
    assert box.items()[0].text == "{to} {id} {0}"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_gateway_in_trouble_is_away(box: Postbox, status: int):
    with answering(status) as (port, _), pytest.raises(ServerAway, match=str(status)):
        sends(box, port)


@pytest.mark.parametrize(
    ("asked", "after"),
    [("120", 120), ("0", 0), ("-1", 0), ("9" * 5000, 0), ("soon", 0), ("Wed, 25 Nov 2026 20:00:00 GMT", 0)],
    ids=["seconds", "zero", "negative", "huge", "word", "date"],
)
def test_how_long_to_wait_is_understood_in_seconds(box: Postbox, asked: str, after: int):
    with answering(429, Retry_After=asked) as (port, _), pytest.raises(ServerAway) as told:
        sends(box, port)
    assert told.value.after == after


def test_a_gateway_may_be_slow_and_not_for_ever(box: Postbox):
    box.trouble(NUMBER, "slow", times=1, seconds=0.8)
    SmsGateway(settings(box)).send(an_sms())
    box.trouble(NUMBER, "slow", times=1, seconds=0.8)
    with pytest.raises(ServerAway, match="in time"):
        SmsGateway(settings(box, delivery_timeout=0.3)).send(an_sms())


@pytest.mark.parametrize("status", [301, 307, 401, 402, 403, 404])
def test_what_an_operator_can_mend_is_tried_again(box: Postbox, status: int):
    with answering(status, Location="http://127.0.0.1:1/") as (port, asked), pytest.raises(PutOff, match=str(status)):
        sends(box, port)
    assert len(asked) == 1


@pytest.mark.parametrize("status", [400, 410, 422])
def test_what_the_gateway_will_never_take_is_rejected(box: Postbox, status: int):
    with answering(status) as (port, _), pytest.raises(Rejected, match=str(status)):
        sends(box, port)


@pytest.mark.parametrize("body", [b'{"status": "error"}', b"{}", b"[]", b"null", b"", b"<html>", b"\xff", b"[" * 9999])
def test_a_200_that_does_not_say_yes_is_no_yes(box: Postbox, body: bytes):
    with answering(200, body) as (port, _), pytest.raises(PutOff, match="did not say"):
        sends(box, port)


def test_no_more_than_64_kib_of_an_answer_are_read(box: Postbox):
    with answering(200, b'{"status": "accepted", "x": "' + b"x" * 10_000_000) as (port, _), pytest.raises(PutOff):
        sends(box, port)


def test_a_gateway_that_dribbles_is_hung_up_on(box: Postbox):
    def dribble(connection: socket.socket) -> None:
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while True:
                connection.sendall(b" ")
                time.sleep(0.1)
        except OSError:
            return

    began = time.monotonic()
    with black_hole(b"", dribble) as port, pytest.raises(PutOff):
        sends(box, port)
    assert time.monotonic() - began < 5


def test_no_proxy_of_the_environment_is_asked(box: Postbox, monkeypatch: pytest.MonkeyPatch):
    with answering(200) as (proxy, through_proxy), answering(200, b'{"status": "sent"}') as (port, asked):
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        sends(box, port)
    assert (len(asked), len(through_proxy)) == (1, 0)


def test_over_https_the_certificate_is_verified(box: Postbox, tmp_path: Path):
    context, authority = certificate(tmp_path)
    with answering(200, b'{"status": "sent"}', tls=context) as (port, asked):
        url = f"https://localhost:{port}/sms"
        with pytest.raises(ServerAway):
            sends(box, port, sms_url=url)
        sends(box, port, sms_url=url, delivery_ca_file=authority)
    assert len(asked) == 1


@pytest.mark.parametrize("url", ["http://sms.example.org/", "ftp://127.0.0.1/", "127.0.0.1", "https:///sms"])
def test_a_gateway_elsewhere_is_spoken_to_over_https_only(box: Postbox, url: str):
    with pytest.raises(ValueError, match="IDP_SMS_URL"):
        settings(box, sms_url=url)
