"""Messages are written with their cause, sealed, and undone with it."""

import pytest
from flask import Flask
from sqlalchemy import select, text

from idp import clock
from idp.db import db, unit_of_work
from idp.delivery import outbox
from idp.delivery.models import OutgoingMessage
from idp.delivery.transports.port import Mail, Sms
from keys.errors import Unreadable
from tests.builders import a_fund
from tests.rows import row

ADDRESS, NUMBER = "lea@martin.example.org", "+262639980001"


def rows() -> list[OutgoingMessage]:
    return list(db.session.scalars(select(OutgoingMessage)))


def test_a_mail_is_kept_with_its_cause(any_app: Flask):
    with any_app.app_context():
        with unit_of_work():
            outbox.send_mail("delivery/trial", ADDRESS, operator="Ada")
        assert [(row.channel, row.kind, row.attempts) for row in rows()] == [("mail", "delivery/trial", 0)]


def test_what_is_undone_sends_nothing(any_app: Flask):
    with any_app.app_context():
        with unit_of_work() as work:
            outbox.send_mail("delivery/trial", ADDRESS, operator="Ada")
            outbox.send_sms("delivery/trial", NUMBER, operator="Ada")
            work.undo()
        assert rows() == []


def test_a_message_opens_as_its_transport_takes_it(app: Flask):
    with app.app_context():
        with unit_of_work():
            fund = a_fund(name="Caisse du Val", sender="ne-pas-repondre@val.example.org")
            outbox.send_mail("delivery/trial", ADDRESS, fund_id=fund.id, operator="Ada")
            outbox.send_sms("delivery/trial", NUMBER, fund_id=fund.id, operator="Ada")
        mail, sms = sorted(map(outbox.opened, rows()), key=lambda one: type(one).__name__)
        assert isinstance(mail, Mail)
        assert isinstance(sms, Sms)
        assert (mail.to, mail.sender) == (ADDRESS, ("Caisse du Val", "ne-pas-repondre@val.example.org"))
        assert "Ada" in mail.text
        assert "Ada" in mail.html
        assert (sms.to, sms.text.startswith("Caisse du Val")) == (NUMBER, True)


def test_neither_recipient_nor_words_stand_in_the_table_in_clear(app: Flask):
    with app.app_context():
        with unit_of_work():
            outbox.send_mail("delivery/trial", ADDRESS, operator="Ada Canary")
            outbox.send_sms("delivery/trial", NUMBER, operator="Ada Canary")
        held = repr(db.session.execute(text("SELECT * FROM outgoing_message")).all())
        assert not [word for word in (ADDRESS, "martin", NUMBER, "Canary") if word in held]


def test_a_sealed_value_opens_in_its_own_row_and_column_only(app: Flask):
    with app.app_context():
        with unit_of_work():
            outbox.send_mail("delivery/trial", ADDRESS, operator="Ada")
            outbox.send_mail("delivery/trial", "eve@evil.example.org", operator="Ada")
        one, other = rows()
        one.recipient_sealed = other.recipient_sealed
        with pytest.raises(Unreadable):
            outbox.opened(one)
        other.body_sealed = other.recipient_sealed
        with pytest.raises(Unreadable):
            outbox.opened(other)


CORPUS = (
    "lea@x.example\r\nBcc: eve@evil.example",
    "lea@x.example\nRCPT TO:<eve@evil.example>",
    "lea@x.example,eve@evil.example",
    "lea@x.example;eve@evil.example",
    "lea@x.example eve@evil.example",
    "<lea@x.example>",
    '"lea\\r\\n"@x.example',
    "lea@x.example\x00",
    "lea@x.example\u2028",
    "l\u00e9a@x.example",
    "",
)


@row("LNK-12")
@pytest.mark.parametrize("recipient", CORPUS)
def test_a_recipient_is_one_address_or_number(app: Flask, recipient: str):
    with app.app_context():
        for send in (outbox.send_mail, outbox.send_sms):
            with pytest.raises(ValueError, match="no single"), unit_of_work():
                send("delivery/trial", recipient, operator="Ada")
        assert rows() == []


def test_a_campaign_waits_behind_what_is_urgent(any_app: Flask):
    with any_app.app_context():
        with unit_of_work():
            outbox.send_mail("delivery/trial", ADDRESS, urgent=False, operator="campaign")
            urgent = outbox.send_mail("delivery/trial", ADDRESS, operator="reset")
        with unit_of_work():
            now = clock.now()
            first = OutgoingMessage.lease("mail", "test", now, now)
            assert first is not None
            assert first.id == urgent
