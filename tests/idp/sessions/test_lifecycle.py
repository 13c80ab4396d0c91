"""How a session begins, is strengthened and ends."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from idp import alive, clock
from idp.alive import LiveSession
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.extensions import House
from idp.sessions import lifecycle
from idp.sessions.lifecycle import OpenSession
from idp.sessions.models import Session
from keys import opaque
from tests import builders
from tests.builders import Member
from tests.rows import row

Begin = Callable[..., OpenSession]


@pytest.fixture
def ended(any_app: Flask) -> list[tuple[str, UUID]]:
    """What the house was told."""
    told: list[tuple[str, UUID]] = []
    any_app.extensions["idp_house"] = House(endings=(lambda kind, ended_id: told.append((kind, ended_id)),))
    return told


@pytest.fixture(autouse=True)
def _house(any_app: Flask, ended: list[tuple[str, UUID]]) -> Iterator[None]:
    with any_app.app_context():
        yield


@pytest.fixture
def lea() -> Member:
    return builders.an_account()


@pytest.fixture
def karim() -> Member:
    return builders.an_account()


def begun(member: Member, former: LiveSession | None = None, method: str = "pwd") -> OpenSession:
    with unit_of_work():
        return lifecycle.start(member.id, method=method, former=former)


def live(opened: OpenSession) -> LiveSession | None:
    found = alive.session_alive(opaque.digest(opened.secret), clock.now())
    db.session.rollback()
    return found


def events() -> list[str]:
    found = select(AuditEvent.event).where(AuditEvent.event.like("sessions:%")).order_by(AuditEvent.id)
    return list(db.session.scalars(found))


@row("SES-1")
def test_the_secret_has_256_bits_and_only_its_digest_is_kept(lea: Member):
    opened = begun(lea)
    assert len(opened.secret) == 43
    kept = db.session.get(Session, opened.id)
    assert kept.secret_digest == opaque.digest(opened.secret)
    assert opened.secret not in repr(vars(kept))


def test_a_session_names_the_person_and_how_they_proved_it(lea: Member):
    found = live(begun(lea))
    assert (found.account_id, found.email, found.methods) == (lea.id, lea.email, ["pwd"])
    assert found.auth_time == found.started_at == found.seen_at


@row("SES-1")
def test_a_new_proof_gives_a_new_secret_and_the_former_one_is_dead(lea: Member):
    first = begun(lea)
    with clock.travel(timedelta(minutes=5)):
        second = begun(lea, live(first))
        assert second.id == first.id
        assert live(first) is None
        found = live(second)
    assert found.auth_time - found.started_at >= timedelta(minutes=5)


@row("SES-1")
def test_another_person_gets_another_session_and_the_former_one_ends(lea: Member, karim: Member, ended: list):
    first = begun(lea)
    second = begun(karim, live(first))
    assert second.id != first.id
    assert live(first) is None
    assert live(second).account_id == karim.id
    assert ended == [("session", first.id)]
    assert events() == ["sessions:session:ended"]


def test_a_session_that_ended_meanwhile_is_not_brought_back(lea: Member):
    first = begun(lea)
    former = live(first)
    with unit_of_work():
        lifecycle.end(first.id)
    second = begun(lea, former)
    assert second.id != first.id
    assert live(first) is None


@row("SES-3")
def test_a_session_ends_once_and_everyone_concerned_is_told_once(lea: Member, ended: list):
    opened = begun(lea)
    with unit_of_work():
        assert lifecycle.end(opened.id)
    with unit_of_work():
        assert not lifecycle.end(opened.id)
    assert live(opened) is None
    assert ended == [("session", opened.id)]
    assert events() == ["sessions:session:ended"]


def test_all_sessions_of_one_person_end_and_nobody_elses(lea: Member, karim: Member, ended: list):
    here, there, other = begun(lea), begun(lea), begun(karim)
    with unit_of_work():
        assert lifecycle.end_all(lea.id) == 2
    assert (live(here), live(there)) == (None, None)
    assert live(other) is not None
    assert {told for _, told in ended} == {here.id, there.id}


def test_everyone_is_signed_out_by_one_instant_and_may_sign_in_again(lea: Member, karim: Member):
    before = [begun(lea), begun(karim)]
    with unit_of_work():
        lifecycle.end_everyone()
    assert [live(opened) for opened in before] == [None, None]
    assert live(begun(lea)) is not None
    assert events() == ["sessions:everyone:ended"]


@row("SES-3")
def test_a_session_dies_of_idleness_and_of_age(lea: Member):
    opened = begun(lea)
    for elapsed, lives in [(timedelta(minutes=29), True), (timedelta(minutes=31), False)]:
        with clock.travel(elapsed):
            assert (live(opened) is not None) == lives
    for minutes in range(20, 12 * 60, 20):
        with clock.travel(timedelta(minutes=minutes)), unit_of_work():
            Session.touch(opened.id, clock.now())
    with clock.travel(timedelta(hours=11, minutes=59)):
        assert live(opened) is not None
    with clock.travel(timedelta(hours=12, seconds=1)):
        assert live(opened) is None


@row("SES-3")
@pytest.mark.parametrize("fact", ["suspended_at", "closed_at"])
def test_a_session_of_an_account_that_may_not_be_used_is_dead_at_once(lea: Member, fact: str):
    opened = begun(lea)
    with unit_of_work():
        setattr(builders.the_account(lea), fact, clock.now())
    assert live(opened) is None


def test_activity_never_goes_back(lea: Member):
    opened = begun(lea)
    with unit_of_work():
        Session.touch(opened.id, clock.now() - timedelta(hours=1))
    assert live(opened) is not None
