"""Messages are written with the change that needs them: undone with it, sent once it is kept."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from idp import clock, extensions
from idp.db import insert, new_id
from idp.delivery import rendering
from idp.delivery.models import Leased, OutgoingMessage
from idp.delivery.transports.port import Mail, Post, Rejected, Sms

MAIL, SMS, HTTP = "mail", "sms", "http"


def send_mail(
    kind: str,
    to: str,
    *,
    fund_id: UUID | None = None,
    locale: str | None = None,
    expires_at: datetime | None = None,
    urgent: bool = True,
    **facts: Any,
) -> UUID:
    """Write a mail into the current unit of work; its id.

    `kind` names its templates, `templates/mail/<kind>.{txt,html}`; `to` is a canonical address. After `expires_at` it
    is of no use, and is not sent any more. A campaign is not `urgent`. Of the facts only `link` may be an address, and
    is one of ours: see `idp/delivery/rendering.py`.
    """
    content = rendering.mail(kind, fund_id, locale, facts)
    return _write(MAIL, kind, to, asdict(content), fund_id=fund_id, expires_at=expires_at, urgent=urgent)


def send_sms(
    kind: str,
    to: str,
    *,
    fund_id: UUID | None = None,
    locale: str | None = None,
    expires_at: datetime | None = None,
    urgent: bool = True,
    **facts: Any,
) -> UUID:
    """The same for an SMS, `templates/sms/<kind>.txt`; `to` is a number in E.164."""
    content = {"text": rendering.sms(kind, fund_id, locale, facts)}
    return _write(SMS, kind, to, content, fund_id=fund_id, expires_at=expires_at, urgent=urgent)


def post(kind: str, destination: UUID, **ids: str | UUID) -> UUID:
    """Write a form for a client's program into the current unit of work; its id.

    It holds ids only: `house.bodies[kind]` makes it, anew at each attempt. `destination` is the client's own id: what
    is late for one delays no other.
    """
    message_id, now = new_id(), clock.now()
    row = {"id": message_id, "channel": HTTP, "kind": kind, "created_at": now, "due_at": now}
    facts = {name: str(value) for name, value in ids.items()}
    insert(OutgoingMessage, row | {"destination": destination, "facts": facts})
    return message_id


def opened(row: Leased) -> Mail | Sms | Post:
    """The message of a row, as a transport takes it. Raises `keys.errors.Unreadable`, and `Rejected` where it is moot.

    What goes over HTTP reads the database.
    """
    if row.channel == HTTP:
        return _made(row)
    to = _open(row.recipient_sealed, "recipient", row.id).decode()
    content = json.loads(_open(row.body_sealed, "body", row.id))
    if row.channel == SMS:
        return Sms(row.id, to, content["text"])
    content["sender"] = tuple(content["sender"])
    return Mail(id=row.id, to=to, written_at=row.created_at, **content)


def _made(row: Leased) -> Post:
    made: Post | None = extensions.house.bodies[row.kind](row.facts)
    if made is None:
        raise Rejected("nobody is to be told of it any more")
    return made


def _write(channel: str, kind: str, to: str, content: dict[str, Any], **options: Any) -> UUID:
    rendering.refuse_line_breaks(to)
    message_id, now = new_id(), clock.now()
    sealed = {
        "recipient_sealed": _seal(to.encode(), "recipient", message_id),
        "body_sealed": _seal(json.dumps(content).encode(), "body", message_id),
    }
    row = {"id": message_id, "channel": channel, "kind": kind, "created_at": now, "due_at": now}
    insert(OutgoingMessage, row | sealed | options)
    return message_id


def _seal(plaintext: bytes, column: str, message_id: UUID) -> bytes:
    return extensions.vault.seal(plaintext, _context(column, message_id))


def _open(sealed: bytes | None, column: str, message_id: UUID) -> bytes:
    return extensions.vault.open(sealed or b"", _context(column, message_id))


def _context(column: str, message_id: UUID) -> str:
    return f"outgoing_message:{column}:{message_id}"
