"""One line beside the change, in its transaction."""

import json
from collections.abc import Iterator
from hashlib import sha256
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import inspect, select, text
from sqlalchemy.exc import DBAPIError

from idp import clock
from idp.audit import log, origin
from idp.audit.events import Event
from idp.audit.models import AuditEvent, AuditPerson
from idp.db import db, unit_of_work
from idp.errors import JourneyForeign
from idp.web import commands
from tests.rows import row
from tests.statements import asked

AGENT = "Mozilla/5.0 (canary)"
ADDRESS = "canary@example.org"
NETWORK = "2001:db8::ca"


@pytest.fixture
def request_of_lea(any_app: Flask) -> Iterator[None]:
    """A request from a browser whose address and name are known."""
    headers, environ = {"User-Agent": AGENT}, {"REMOTE_ADDR": NETWORK}
    with any_app.test_request_context("/", headers=headers, environ_base=environ):
        any_app.preprocess_request()
        yield


def events() -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)))


def written(model: type[AuditEvent] | type[AuditPerson]) -> str:
    """Every value of every row of a table."""
    rows = db.session.execute(select(*inspect(model).columns)).all()
    return repr(rows)


@row("AUD-1")
def test_an_event_is_written_in_the_transaction_of_its_change(request_of_lea: None):
    with pytest.raises(ValueError, match="changed my mind"):
        _record_and_fail()
    assert events() == []
    with unit_of_work():
        log.record(Event.SIGN_IN_SUCCEEDED, subject=uuid4())
    assert [one.event for one in events()] == ["login:password:succeeded"]


def _record_and_fail() -> None:
    with unit_of_work():
        log.record(Event.SIGN_IN_SUCCEEDED, subject=uuid4())
        db.session.flush()
        raise ValueError("changed my mind")


@row("AUD-1")
def test_a_suspicious_refusal_outlives_the_work_it_undid(request_of_lea: None):
    with unit_of_work() as work:
        log.record(Event.SIGNED_OUT, subject=uuid4())
        db.session.flush()
        work.undo()
        log.refused(JourneyForeign("the journey belongs to another browser"))
        work.undo()
    (kept,) = events()
    assert (kept.event, kept.reason) == ("audit:refused:suspicious", "JourneyForeign")


@row("AUD-1")
def test_an_event_holds_ids_and_what_is_personal_stands_apart(request_of_lea: None):
    subject = uuid4()
    with unit_of_work():
        log.record(Event.SIGN_IN_REFUSED, subject=subject, reason="credentials", address=ADDRESS, number="+33100000000")
    for value in (ADDRESS, "+33100000000", NETWORK, AGENT, "canary"):
        assert value not in written(AuditEvent)
        assert value in written(AuditPerson)
    (person,) = db.session.scalars(select(AuditPerson))
    assert person.subject_id == subject


@row("AUD-1")
def test_the_person_is_tied_to_the_event_by_a_salted_digest(request_of_lea: None):
    with unit_of_work():
        log.record(Event.SIGN_IN_REFUSED, address=ADDRESS)
        log.record(Event.SIGN_IN_REFUSED, address=ADDRESS)
    one, other = events()
    person = db.session.get(AuditPerson, one.id)
    values = [person.salt.hex(), ADDRESS, None, NETWORK, AGENT]
    assert one.person_digest == sha256(json.dumps(values).encode()).digest()
    assert one.person_digest != other.person_digest  # or two events of one person could be matched once it is erased


@row("AUD-1")
@pytest.mark.parametrize("change", ["UPDATE audit_event SET reason = 'none'", "DELETE FROM audit_event"])
def test_an_event_is_never_changed_nor_removed(request_of_lea: None, change: str):
    with unit_of_work():
        log.record(Event.SIGNED_OUT, subject=uuid4())
    with pytest.raises(DBAPIError):
        db.session.execute(text(change))
    db.session.rollback()
    assert len(events()) == 1


def test_it_costs_two_statements_and_one_where_nobody_is_named(any_app: Flask, request_of_lea: None):
    with asked(any_app) as heard, unit_of_work():
        log.record(Event.CODE_REDEEMED, subject=uuid4(), personal=False)
    assert len(heard.statements) == 1
    with asked(any_app) as heard, unit_of_work():
        log.record(Event.SIGNED_OUT, subject=uuid4())
    assert len(heard.statements) == 2


def test_it_says_when_where_and_in_which_request(request_of_lea: None):
    with unit_of_work():
        log.record(Event.SIGNED_OUT)
    (kept,) = events()
    assert abs((clock.now() - kept.at).total_seconds()) < 5
    assert kept.node == "node-1"
    assert kept.request_id == origin.current().request_id
    assert len(kept.request_id) == 16


def test_it_says_who_acted(request_of_lea: None):
    lea = uuid4()
    origin.acts(lea)
    with unit_of_work():
        log.record(Event.SIGNED_OUT)
    assert events()[0].actor_id == lea


def test_a_command_is_written_under_its_operator(any_app: Flask):
    with any_app.app_context(), commands.acting("Karim"), unit_of_work():
        log.record(Event.KEYS_ROTATED)
        db.session.flush()
        (kept,) = events()
        assert (kept.operator, kept.request_id, kept.person_digest) == ("Karim", None, None)


@pytest.mark.parametrize("network", ["", "unknown", "a" * 200, "10.0.0.1, 10.0.0.2", "127.0.0.1:80"])
def test_what_is_no_address_is_not_written_as_one(any_app: Flask, network: str):
    with any_app.test_request_context("/", environ_base={"REMOTE_ADDR": network}):
        any_app.preprocess_request()
        with unit_of_work():
            log.record(Event.SIGNED_OUT, address=ADDRESS)
        assert db.session.scalar(select(AuditPerson.network)) is None


def test_a_long_user_agent_is_cut(any_app: Flask):
    with any_app.test_request_context("/", headers={"User-Agent": "é" * 1000}):
        any_app.preprocess_request()
        with unit_of_work():
            log.record(Event.SIGNED_OUT)
        assert len(db.session.scalar(select(AuditPerson.user_agent))) == 256
