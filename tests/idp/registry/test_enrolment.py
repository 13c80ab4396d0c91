"""Provisional codes: judged when typed, spent once, and asked for again without harm."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask

from idp import clock
from idp.db import db, new_id, own_transaction, unit_of_work
from idp.extensions import postal
from idp.registry import enrolment
from idp.registry.enrolment import MOST_LIVE, Refusal
from idp.registry.models import EnrolmentCode, Organization
from idp.settings import settings
from tests import worlds
from tests.builders import an_organization
from tests.rows import row
from tests.statements import asked

CODE, OTHER = "K10F3M9T", "ZZZZ0000"
MONTH = timedelta(days=30)


def a_code(organization: Organization, code: str = CODE, **changes: object) -> UUID:
    """A code in a letter that left now, good for a month."""
    (hashed,) = postal.hash_all([(str(organization.id), code)])
    now = clock.now()
    values = {"asked_at": now, "issued_at": now, "expires_at": now + MONTH, "code_hash": hashed} | changes
    made = EnrolmentCode(id=new_id(), organization_id=organization.id, **values)
    with unit_of_work():
        db.session.add(made)
        db.session.flush()
        return made.id


def check(organization: Organization | None, typed: str = CODE) -> UUID | None:
    organization_id = organization.id if organization else None
    db.session.commit()
    with own_transaction() as own:
        among = enrolment.live(own, organization_id)
    with postal.place():
        return enrolment.check(among, typed)


def consume(code_id: UUID) -> bool:
    with unit_of_work():
        return enrolment.consume(code_id)


def ask_again(organization: Organization | None) -> bool:
    with unit_of_work():
        return enrolment.ask_again(db.session.merge(organization) if organization else None)


@row("OPN-2")
def test_the_code_of_a_letter_opens_its_organization_as_people_type_it(house: Flask):
    organization = an_organization()
    code = a_code(organization)
    assert check(organization, " k1of-3m9t ") == code
    assert check(organization, OTHER) is None
    assert check(an_organization(), CODE) is None
    assert check(None, CODE) is None


@row("OPN-4")
def test_a_code_is_judged_when_it_is_typed_to_the_second(house: Flask):
    organization = an_organization()
    code = a_code(organization)
    with clock.travel(MONTH - timedelta(seconds=1)):
        assert check(organization) == code
    with clock.travel(MONTH + timedelta(seconds=1)):
        assert check(organization) is None


@row("OPN-4")
def test_expired_returned_and_used_codes_and_those_of_an_ended_organization_open_nothing(house: Flask):
    now = clock.now()
    for changed in ({"expires_at": now}, {"returned_at": now}, {"consumed_at": now}):
        organization = an_organization()
        a_code(organization, **changed)
        assert check(organization) is None
    ended = an_organization(closed_at=now)
    a_code(ended)
    assert check(ended) is None


def test_every_answer_costs_the_same_hashes_and_one_statement(house: Flask):
    now = clock.now()
    organizations: list[Organization | None] = [None, an_organization()]
    for changed in ({}, {"expires_at": now}, {"returned_at": now}, {"consumed_at": now}):
        organizations.append(an_organization())
        a_code(organizations[-1], **changed)
    organizations.append(an_organization())
    for code in ("00000001", "00000002", CODE):
        a_code(organizations[-1], code)
    costs = set()
    for organization in organizations:
        for typed in (CODE, OTHER, "not a code"):
            db.session.rollback()
            organization and organization.id  # noqa: B018 - loaded again after the rollback, as step 1 has it
            before = postal.verifications
            with asked(house) as heard:
                check(organization, typed)
            costs.add((postal.verifications - before, len(heard.statements)))
    assert costs == {(MOST_LIVE, 1)}


@row("OPN-4")
def test_both_letters_open_until_one_is_used_then_neither_does(house: Flask):
    organization = an_organization()
    first, second = a_code(organization), a_code(organization, OTHER)
    assert (check(organization, CODE), check(organization, OTHER)) == (first, second)
    assert consume(first)
    assert (check(organization, CODE), check(organization, OTHER)) == (None, None)
    assert not consume(second)


@row("OPN-5")
def test_a_code_is_spent_once_and_spends_what_waits(house: Flask):
    organization, another = an_organization(), an_organization()
    code, theirs = a_code(organization), a_code(another)
    assert ask_again(organization)
    assert consume(code)
    assert not consume(code)
    assert all(one.consumed_at for one in EnrolmentCode.of(organization.id))
    assert check(another) == theirs


def test_an_unknown_or_returned_code_cannot_be_spent(house: Flask):
    assert not consume(new_id())
    assert not consume(a_code(an_organization(), returned_at=clock.now()))


@row("OPN-5")
@pytest.mark.parametrize("codes", [1, 2])
def test_of_sixteen_at_once_exactly_one_spends_a_code(postgres_template, tmp_path, codes: int):
    app = postgres_template.copy(tmp_path, database_pool=20)
    with app.app_context():
        for _ in range(10):
            organization = an_organization()
            ids = [a_code(organization, code) for code in (CODE, OTHER)[:codes]]
            start = Barrier(16)

            def spend(code_id: UUID, start: Barrier = start) -> bool:
                with app.app_context():
                    db.session.connection()  # each has its connection before the start
                    start.wait(20)
                    return consume(code_id)

            with ThreadPoolExecutor(16) as threads:
                won = list(threads.map(spend, (ids * 16)[:16]))
            assert sum(won) == 1
            assert all(one.consumed_at for one in EnrolmentCode.of(organization.id))
            db.session.rollback()
    worlds.close(app)


@row("OPN-4")
def test_letters_asked_for_again_by_anybody_leave_the_first_code_alive(house: Flask):
    organization = an_organization()
    first = a_code(organization)
    assert ask_again(organization)
    assert check(organization) == first


@row("OPN-4")
def test_letters_leave_again_once_a_month_at_most_whoever_asks(house: Flask):
    organization = an_organization()
    a_code(organization)
    assert ask_again(organization)
    assert not ask_again(organization)
    _print_waiting(organization)
    assert not ask_again(organization)
    with clock.travel(MONTH - timedelta(seconds=5)):
        assert not ask_again(organization)
    with clock.travel(MONTH + timedelta(seconds=5)):
        assert ask_again(organization)


@row("OPN-4")
def test_asking_again_costs_the_same_statements_whatever_comes_of_it(house: Flask):
    new, opened, ended = an_organization(), an_organization(), an_organization(closed_at=clock.now())
    consume(a_code(opened))
    answers, costs = [], set()
    for one in (new, new, opened, ended, None):
        organization = db.session.merge(one) if one else None
        db.session.commit()
        _ = organization and organization.id  # read again, before anything is counted
        with asked(house) as heard, unit_of_work():
            answers.append(enrolment.ask_again(organization))
        costs.add((tuple(heard.statements), heard.commits))
    assert answers == [True, False, False, False, False]
    assert len(costs) == 1, costs


def test_of_sixteen_askers_at_once_one_is_heard(postgres_template, tmp_path):
    app = postgres_template.copy(tmp_path, database_pool=20)
    with app.app_context():
        organization_id, start = an_organization().id, Barrier(16)

        def ask(_: int) -> bool:
            with app.app_context(), unit_of_work():
                organization = Organization.by_id(organization_id)
                start.wait(20)
                return enrolment.ask_again(organization)

        with ThreadPoolExecutor(16) as threads:
            assert sum(threads.map(ask, range(16))) == 1
        assert len(EnrolmentCode.of(organization_id)) == 1
    worlds.close(app)


def test_nothing_leaves_for_who_cannot_use_it(house: Flask):
    member, ended = an_organization(), an_organization(closed_at=clock.now())
    site = an_organization(kind="site", parent_id=member.id)
    consume(a_code(member))
    refused = {one: _reissue(one) for one in (member, ended, site)}
    assert refused == {member: Refusal.OPENED, ended: Refusal.ENDED, site: Refusal.SITE}
    assert not any(ask_again(one) for one in refused)


def test_the_fund_may_send_again_at_once_but_no_code_more_than_is_checked(house: Flask):
    organization = an_organization()
    for _ in range(MOST_LIVE):
        assert _reissue(organization) is None
        assert _reissue(organization) is Refusal.WAITING
        _print_waiting(organization)
    assert _reissue(organization) is Refusal.ENOUGH
    with clock.travel(MONTH):
        assert _reissue(organization) is None


def test_a_code_lasts_whole_days_and_longer_overseas(app: Flask):
    with app.app_context():
        assert enrolment.last_day(date(2026, 11, 25), overseas=False) == date(2026, 12, 25)
        assert enrolment.last_day(date(2026, 11, 25), overseas=True) == date(2027, 1, 24)


def test_the_last_day_is_included_and_ends_at_midnight_of_the_funds_zone():
    assert enrolment.end_of(date(2026, 12, 25), "Europe/Paris") == datetime(2026, 12, 25, 23, tzinfo=UTC)
    assert enrolment.end_of(date(2026, 7, 25), "Europe/Paris") == datetime(2026, 7, 25, 22, tzinfo=UTC)
    assert enrolment.end_of(date(2026, 12, 25), "Indian/Reunion") == datetime(2026, 12, 25, 20, tzinfo=UTC)


@pytest.mark.parametrize("name", ["provisional_code_lifetime", "provisional_code_lifetime_overseas"])
def test_no_setting_makes_a_code_last_for_ever(template, tmp_path, name: str):
    for days in (0, 91, 99999):
        with pytest.raises(ValueError, match=name):
            template.sqlite(tmp_path, **{name: timedelta(days=days)})


def _reissue(organization: Organization) -> Refusal | None:
    with unit_of_work():
        return enrolment.reissue(db.session.merge(organization))


def _print_waiting(organization: Organization) -> None:
    """Make the letter that waits."""
    with unit_of_work():
        waiting = next(one for one in EnrolmentCode.of(organization.id) if one.code_hash is None)
        waiting.code_hash, waiting.issued_at = "printed", clock.now()
        waiting.expires_at = clock.now() + settings.provisional_code_lifetime
