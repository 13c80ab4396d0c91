"""What is over ends by itself: in Paris, Saint-Denis and Nouméa, once, in batches, whatever is killed meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from idp import clock, db
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import unit_of_work
from idp.delegations.granting import terms
from idp.delegations.granting.due import midnight
from idp.delegations.granting.states import State, state
from idp.delegations.models import Delegation
from idp.delivery.models import OutgoingMessage
from tests import commands
from tests.builders import a_client, a_delegation, a_fund, a_member, an_organization
from tests.couriers import delivers, waiting
from tests.delegating import a_proven_firm, the_accountant, the_delegation
from tests.mailbox import mails_to
from tests.relying_party import RelyingParty
from tests.rows import row

LAST_DAY = date(2026, 3, 31)
MIDNIGHTS = {
    "Europe/Paris": datetime(2026, 3, 31, 22, tzinfo=UTC),
    "Indian/Reunion": datetime(2026, 3, 31, 20, tzinfo=UTC),
    "Pacific/Noumea": datetime(2026, 3, 31, 13, tzinfo=UTC),
}


def at(instant):
    return clock.travel(instant - clock.now())


@row("DLG-1", "TRS-3")
@pytest.mark.parametrize("zone", MIDNIGHTS)
def test_at_the_funds_midnight_its_clients_are_told_and_not_a_second_before(app, zone):
    ends = MIDNIGHTS[zone]
    with at(ends - timedelta(minutes=5)), app.app_context():
        company = a_member(an_organization(a_fund(time_zone=zone)))
        sofia = a_member(a_proven_firm(), email="sofia@example.org")
        until = {"ends_on": LAST_DAY, "ends_at": terms.midnight_after(LAST_DAY, zone)}
        one = a_delegation(company.organization_id, sofia.organization_id, **until).id
        program = RelyingParty(app, a_client(backchannel_logout_uri="https://portal.example.org/told"))
    with at(ends - timedelta(minutes=1)):
        program.tokens_of(sofia, organization=str(company.organization_id))
    with at(ends - timedelta(seconds=5)), app.app_context():
        midnight.end_over()
        assert db.db.session.get(Delegation, one).ended_at is None
    with at(ends + timedelta(seconds=1)), app.app_context():
        midnight.end_over()
        found = db.db.session.get(Delegation, one)
        assert (found.ended_at, state(found, clock.now())) == (ends, State.OVER)
    assert len(waiting(app)) == 1


@pytest.fixture
def sofia(app):
    return the_accountant(app)


def some_that_are_over(app, firm_id, count):
    """At as many companies, the last one Léa's."""
    with app.app_context():
        before = {"ends_at": clock.now() - timedelta(seconds=1), "starts_at": clock.now() - timedelta(days=9)}
        for _ in range(count):
            a_delegation(an_organization().id, firm_id, **before)


def ended(app):
    with app.app_context():
        return db.db.session.query(AuditEvent).filter_by(event=Event.DELEGATION_OVER).count()


def test_both_sides_are_told_once_the_firm_by_its_digest(app, lea, sofia):
    with app.app_context():
        a_delegation(lea.organization_id, sofia.organization_id, ends_at=clock.now())
        for _ in range(2):
            midnight.end_over()
    (mail,) = mails_to(app, lea.email)
    assert "s’est terminée le" in mail.text
    assert "au soir" in mail.html
    assert mails_to(app, sofia.email) == []
    assert the_delegation(app).firm_news == "over"
    assert ended(app) == 1


def test_the_courier_does_it_whatever_else_it_has_to_do(app, lea, sofia):
    some_that_are_over(app, sofia.organization_id, 1)
    delivers(app)
    assert ended(app) == 1


def test_what_nobody_accepted_and_what_ended_before_is_left_alone(app, lea, sofia):
    with app.app_context():
        for changes in ({"accepted_at": None}, {"ended_at": clock.now(), "ended_why": "by_member"}):
            a_delegation(lea.organization_id, sofia.organization_id, ends_at=clock.now(), **changes)
        midnight.end_over()
    assert (ended(app), mails_to(app, lea.email)) == (0, [])


def test_a_delegation_that_is_suspended_is_over_like_any_other(app, lea, sofia):
    with app.app_context():
        stopped = {"suspended_at": clock.now(), "suspended_by": "member"}
        a_delegation(lea.organization_id, sofia.organization_id, ends_at=clock.now(), **stopped)
        midnight.end_over()
    assert state(the_delegation(app), clock.now()) is State.OVER


def test_a_kill_in_the_middle_loses_nothing_and_tells_nobody_twice(app, sofia):
    """Each batch is one transaction: what was not committed is as if it had not begun."""
    some_that_are_over(app, sofia.organization_id, midnight.BATCH + 3)
    with app.app_context():
        assert midnight._end_some() == midnight.BATCH
        work = unit_of_work()
        assert midnight._end_batch() == 3
        work.undo()
    assert ended(app) == midnight.BATCH
    with app.app_context():
        midnight.end_over()
    assert ended(app) == midnight.BATCH + 3


@row("TRS-3")
def test_a_courier_that_is_killed_meanwhile_leaves_the_rest_to_the_next(app, lea, sofia):
    with app.app_context():
        for _ in range(2 * midnight.BATCH):
            a_delegation(lea.organization_id, sofia.organization_id, ends_at=clock.now())
    process = commands.start(app, "outbox", "deliver")
    while ended(app) < midnight.BATCH and process.poll() is None:
        pass  # until it has ended some
    process.kill()
    process.communicate()
    assert (ended(app) % midnight.BATCH, len(mails_to(app, lea.email))) == (0, ended(app))
    with app.app_context():
        midnight.end_over()
    assert ended(app) == len(mails_to(app, lea.email)) == 2 * midnight.BATCH


@row("TRS-3")
def test_several_nodes_at_once_end_each_once(any_app):
    app, count = any_app, 2 * midnight.BATCH
    with app.app_context():
        company, firm = a_member(), a_member(a_proven_firm())
        for _ in range(count):
            a_delegation(company.organization_id, firm.organization_id, ends_at=clock.now())

    def node(_):
        with app.app_context():
            midnight.end_over()

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(node, range(4)))
    assert ended(app) == count
    with app.app_context():
        kinds = db.db.session.query(OutgoingMessage.kind).all()
    assert [kind for (kind,) in kinds] == count * ["delegations/changed"]
