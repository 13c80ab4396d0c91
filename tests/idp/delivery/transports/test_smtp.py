"""Mail over SMTP: verified TLS, never in the clear, headers that nobody else writes, and servers that misbehave."""

import socket
import ssl
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from idp.delivery.transports.port import PutOff, Rejected, ServerAway
from idp.delivery.transports.smtp import Smtp, compose
from tests.idp.delivery.test_transport_contract import ADDRESS, a_mail, settings
from tests.postboxes import Postbox, black_hole, certificate, mail_server
from tests.rows import row


@pytest.fixture
def tls(tmp_path: Path) -> tuple[ssl.SSLContext, Path]:
    return certificate(tmp_path)


def sends(box: Postbox, **changes: Any) -> None:
    transport = Smtp(settings(box, **changes))
    transport.send(a_mail())
    transport.close()


def refuses(box: Postbox, port: int, **changes: Any) -> str:
    with pytest.raises(ServerAway) as told:
        sends(box, smtp_port=port, **changes)
    assert box.items() == []
    return str(told.value)


# What travels


def test_a_mail_says_who_wrote_it_and_that_it_was_a_program(box: Postbox):
    mail = a_mail()
    Smtp(settings(box)).send(mail)
    headers = box.items()[0].headers
    assert headers["From"] == "Caisse du Val d’Exemple <ne-pas-repondre@caisse.example.org>"
    assert headers["To"] == ADDRESS
    assert headers["Message-ID"] == f"<{mail.id}@localhost>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Content-Language"] == "fr"
    assert headers["Date"].endswith("+0000")
    assert not [name for name in headers if name.lower().startswith("list-")]


def test_a_mail_has_a_text_and_the_same_in_html(box: Postbox):
    Smtp(settings(box)).send(a_mail(text="Été\n", html="<p>Été</p>"))
    item = box.items()[0]
    assert (item.text.strip(), (item.html or "").strip()) == ("Été", "<p>Été</p>")
    assert item.headers["Content-Type"].startswith("multipart/alternative")


def test_each_attempt_has_the_same_message_id():
    mail = a_mail()
    assert compose(mail, "id.example.org")["Message-ID"] == compose(mail, "id.example.org")["Message-ID"]


HIDDEN = ("=?utf-8?q?x=0d=0aBcc:_eve@evil.example?=", "=?utf-8?b?eAoNQmNjOiBldmVAZXZpbC5leGFtcGxl?=")
BREAKS = ("x\r\nBcc: eve@evil.example", "x\nBcc: eve@evil.example", "x\rBcc: eve@evil.example", *HIDDEN)


@row("LNK-12")
@pytest.mark.parametrize("text", BREAKS)
@pytest.mark.parametrize("where", ["subject", "sender"])
def test_no_name_and_no_subject_begins_a_header(where: str, text: str):
    value: Any = text if where == "subject" else (text, "a@caisse.example.org")
    try:
        written = compose(a_mail(**{where: value}), "localhost").as_bytes()
    except ValueError:
        return
    read = message_from_bytes(written, policy=default)
    assert read["Bcc"] is None
    assert read["To"] == ADDRESS


SEVERAL = ("lea@x.example, eve@evil.example", "lea@x.example\r\nBcc: eve@evil.example", "lea@x.example\n")


@row("LNK-12")
@pytest.mark.parametrize("to", [*SEVERAL, "<lea@x.example>", ""])
def test_a_mail_has_one_recipient(to: str):
    with pytest.raises(ValueError, match=r".*"):
        compose(a_mail(to=to), "localhost")


# TLS


def test_after_starttls_a_mail_is_taken(box: Postbox, tls: tuple[ssl.SSLContext, Path]):
    with mail_server(box.box, tls=tls[0]) as port:
        sends(box, smtp_host="localhost", smtp_port=port, smtp_tls="starttls", delivery_ca_file=tls[1])
    assert len(box.items()) == 1


def test_over_tls_from_the_first_byte_a_mail_is_taken(box: Postbox, tls: tuple[ssl.SSLContext, Path]):
    with mail_server(box.box, tls=tls[0], implicit=True) as port:
        sends(box, smtp_host="localhost", smtp_port=port, smtp_tls="implicit", delivery_ca_file=tls[1])
    assert len(box.items()) == 1


@pytest.mark.parametrize("mode", ["starttls", "implicit"])
def test_a_certificate_of_nobody_we_trust_is_refused(box: Postbox, tls: tuple[ssl.SSLContext, Path], mode: str):
    with mail_server(box.box, tls=tls[0], implicit=mode == "implicit") as port:
        assert "certificate" in refuses(box, port, smtp_host="localhost", smtp_tls=mode)


def test_a_certificate_for_another_name_is_refused(box: Postbox, tmp_path: Path):
    context, authority = certificate(tmp_path, host="mail.example.org")
    with mail_server(box.box, tls=context) as port:
        told = refuses(box, port, smtp_host="localhost", smtp_tls="starttls", delivery_ca_file=authority)
    assert "certificate" in told


def test_where_starttls_was_taken_away_nothing_is_sent_in_the_clear(box: Postbox):
    assert "TLS" in refuses(box, box.smtp_port, smtp_tls="starttls")


def test_a_server_that_speaks_no_tls_is_away(box: Postbox):
    assert "TLS" in refuses(box, box.smtp_port, smtp_tls="implicit")


@pytest.mark.parametrize("host", ["mail.example.org", "192.0.2.1"])
def test_without_tls_only_this_machine_is_spoken_to(box: Postbox, host: str):
    with pytest.raises(ValueError, match="IDP_SMTP_TLS"):
        settings(box, smtp_host=host)


# Servers that misbehave


@pytest.mark.parametrize(
    ("kind", "error", "words"),
    [
        ("greylist", PutOff, "451 4.7.1"),
        ("busy", PutOff, "421 4.3.2"),
        ("reject", Rejected, "550 5.1.1"),
        ("refuse", Rejected, "554 5.7.1"),
        ("cut", PutOff, "hung up"),
        ("lost_answer", PutOff, "hung up"),
    ],
)
def test_what_the_server_does_is_told_in_its_codes(box: Postbox, kind: str, error: type[Exception], words: str):
    box.trouble(ADDRESS, kind)
    with pytest.raises(error, match=words):
        sends(box)


def test_a_server_may_be_slow_with_a_mail(box: Postbox):
    """Hung up on after the timeout, it would deliver, and be asked again."""
    box.trouble(ADDRESS, "slow", seconds=0.8)
    sends(box, delivery_timeout=0.3)
    assert len(box.items()) == 1


def test_a_server_that_dribbles_is_hung_up_on(box: Postbox):
    def dribble(connection: socket.socket) -> None:
        try:
            while True:
                connection.sendall(b"250-x\r\n")
                time.sleep(0.3)
        except OSError:
            return

    began = time.monotonic()
    with black_hole(b"220 ready\r\n", dribble) as port, pytest.raises(PutOff):
        sends(box, smtp_port=port, delivery_timeout=0.3)
    assert time.monotonic() - began < 10


def test_a_server_that_wants_a_password_is_given_it_after_tls_only(box: Postbox, tls: tuple[ssl.SSLContext, Path]):
    told = refuses(box, box.smtp_port, smtp_user="idp", smtp_password="secret")
    assert "secret" not in told


def test_a_connection_that_was_lost_meanwhile_is_opened_again(box: Postbox, tls: tuple[ssl.SSLContext, Path]):
    transport = Smtp(settings(box))
    transport.send(a_mail())
    assert transport._open is not None
    transport._open.sock.shutdown(socket.SHUT_RDWR)
    transport.send(a_mail())
    assert len(box.items()) == 2
