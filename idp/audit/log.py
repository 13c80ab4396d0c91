"""One line beside the change: what happened, in ids, in the transaction in which it happened."""

import json
from typing import Any
from uuid import UUID

from idp import clock
from idp.audit import origin
from idp.audit.events import Event
from idp.audit.models import AuditEvent, AuditPerson
from idp.db import Transaction, db, insert, new_id, own_transaction
from idp.settings import settings
from keys import opaque

Ids = dict[str, UUID | None]
Values = dict[str, str | None]


def record(
    event: Event,
    *,
    subject: UUID | None = None,
    organization: UUID | None = None,
    client: UUID | None = None,
    session: UUID | None = None,
    grant: UUID | None = None,
    reason: str | None = None,
    address: str | None = None,
    number: str | None = None,
    details: dict[str, Any] | None = None,
    personal: bool = True,
) -> None:
    """Write an event into the current unit of work.

    `details` hold ids and plain facts only. A mail address, a number, the network and the browser go to a row of their
    own, which can be erased; `personal=False` where the network is a client's server, and names nobody.
    """
    ids = {"subject_id": subject, "organization_id": organization, "client_id": client}
    ids |= {"session_id": session, "grant_id": grant}
    values = {"address": address, "number": number} | (_network() if personal else {})
    _write(db.session(), event, reason, ids, details or {}, values=values)


def refused(error: Exception) -> None:
    """Write that a suspicious request was refused, once its own work is undone, in a transaction of its own."""
    with own_transaction() as own:
        _write(own, Event.REFUSED, type(error).__name__, {}, {}, values=_network())


def _network() -> Values:
    here = origin.current()
    return {"network": here.network, "user_agent": here.user_agent}


def _write(
    database: Transaction,
    event: Event,
    reason: str | None,
    ids: dict[str, UUID | None],
    details: dict[str, Any],
    *,
    values: Values,
) -> None:
    here, at, event_id = origin.current(personal=False), clock.now(), new_id()
    named = any(values.values())
    salt = opaque.digest(opaque.make())[:16] if named else b""
    written = {
        "id": event_id,
        "at": at,
        "event": event,
        "reason": reason,
        "operator": here.operator,
        "actor_id": here.actor,
        "request_id": here.request_id,
        "node": settings.node,
        "details": details,
        "person_digest": _digest(salt, values) if named else None,
    }
    insert(AuditEvent, written | ids, database)
    if named:
        person = {"event_id": event_id, "at": at, "subject_id": ids.get("subject_id"), "salt": salt}
        insert(AuditPerson, person | values, database)


def _digest(salt: bytes, values: Values) -> bytes:
    known = [values.get(name) for name in ("address", "number", "network", "user_agent")]
    return opaque.digest(json.dumps([salt.hex(), *known]))
