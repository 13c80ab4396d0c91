"""What waits for a mailbox or a phone: the messages as they would leave, read without sending them."""

import re

from flask import Flask

from idp.db import db
from idp.delivery import outbox
from idp.delivery.models import Leased, OutgoingMessage
from idp.delivery.transports.port import Mail, Sms


def mails_to(app: Flask, address: str, kind: str | None = None) -> list[Mail]:
    """The mails to an address, of one kind if it is named, the oldest first."""
    return [one for one in waiting(app, kind) if isinstance(one, Mail) and one.to == address]


def messages_to(app: Flask, number: str) -> list[Sms]:
    """The SMS to a number, the oldest first."""
    return [one for one in waiting(app) if isinstance(one, Sms) and one.to == number]


def link_in(mail: Mail) -> str:
    """The path of the one link of a mail, the same in its text and in its page."""
    (text,) = re.findall(r"^http://localhost:8000(/\S*)$", mail.text, flags=re.MULTILINE)
    (html,) = re.findall(r'href="http://localhost:8000(/[^"]*)"', mail.html)
    assert text == html
    return str(text)


def waiting(app: Flask, kind: str | None = None) -> list[Mail | Sms]:
    """All of them, or all of one kind, the oldest first."""
    with app.app_context():
        rows = db.session.query(OutgoingMessage).order_by(OutgoingMessage.id)
        found = [row for row in rows if row.body_sealed and kind in (None, row.kind)]
        return [outbox.opened(Leased(*(getattr(row, name) for name in Leased._fields))) for row in found]
