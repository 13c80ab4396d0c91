"""Mail, SMS and letters as the doctor finds them, with a real mail server."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from examples.postbox.box import Box
from idp import clock
from idp.db import unit_of_work
from idp.delivery import outbox
from idp.delivery.models import OutgoingMessage
from tests.idp.ops.checks.asking import ADVICE, FINE, WRONG, ask
from tests.postboxes import certificate, free_port, mail_server
from tests.printers import a_printer

OURS = {"mail_sender": "ne-pas-repondre@caisse.fr"}


def test_a_mail_server_with_a_certificate_we_trust_is_fine(app: Flask, tmp_path: Path):
    context, authority = certificate(tmp_path)
    with mail_server(Box(), tls=context) as port:
        server = {"smtp_host": "localhost", "smtp_port": port, **OURS}
        assert ask(app, "mail", delivery_ca_file=authority, **server)[0] == FINE
        assert ask(app, "mail", **server)[0] == WRONG


def test_a_mail_server_that_is_away_or_offers_no_tls_is_found(app: Flask):
    seen, words = ask(app, "mail", smtp_port=free_port(), **OURS)
    assert (seen, "IDP_SMTP_HOST" in words) == (WRONG, True)
    with mail_server(Box()) as port:
        assert ask(app, "mail", smtp_port=port, **OURS)[0] == WRONG


def test_the_sender_of_the_example_is_nobodys(app: Flask):
    with mail_server(Box()) as port:
        at = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_tls": "none"}
        assert ask(app, "mail", **at)[0] == WRONG
        assert ask(app, "mail", **at, **OURS)[0] == FINE


def test_without_gateway_no_mobile_is_certified(app: Flask):
    assert ask(app, "SMS")[0] == WRONG
    assert ask(app, "SMS", sms_url="https://sms.example.fr")[0] == FINE


def test_what_lies_in_the_outbox_tells_that_no_courier_runs(app: Flask):
    assert ask(app, "outbox")[0] == FINE
    with app.app_context(), unit_of_work():
        outbox.send_mail("delivery/trial", "lea@example.org", locale="fr", operator="Karim")
    assert ask(app, "outbox")[0] == FINE
    with clock.travel(timedelta(minutes=6)):
        seen, words = ask(app, "outbox")
        assert (seen, "nobody takes them" in words) == (WRONG, True)


@pytest.mark.parametrize("end", ["abandon", "put_off"])
def test_what_was_given_up_or_is_late_is_told(app: Flask, end: str):
    now = clock.now()
    with app.app_context(), unit_of_work():
        outbox.send_mail("delivery/trial", "lea@example.org", locale="fr", operator="Karim")
        leased = OutgoingMessage.lease("mail", "courier", now + timedelta(seconds=1), now + timedelta(minutes=1))
        assert leased is not None
        getattr(OutgoingMessage, end)(leased.id, "courier", now + timedelta(hours=1), "refused")
    seen, words = ask(app, "outbox")
    assert (seen, "idp outbox list" in words) == (ADVICE, True)


def test_letters_need_a_certificate_that_lives_and_fonts(app: Flask, tmp_path: Path):
    printer = a_printer(tmp_path, clock.now()).certificate
    assert ask(app, "letters")[0] == ADVICE
    assert ask(app, "letters", letters_certificate=printer)[0] == FINE
    for days, verdict in ((340, ADVICE), (366, WRONG)):
        with clock.travel(timedelta(days=days)):
            assert ask(app, "letters", letters_certificate=printer)[0] == verdict
    assert ask(app, "letters", letters_certificate=printer, letters_fonts=tmp_path)[0] == WRONG
