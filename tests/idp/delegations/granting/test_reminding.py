"""The night: what ends is told, a new holder is asked, what nobody confirms is suspended, a firm gets one digest."""

from datetime import timedelta

import pytest

from idp import clock, db
from idp.accounts.models import Membership
from idp.delegations.granting import reminding
from idp.delegations.granting.states import State, state
from tests.builders import a_delegation, an_organization
from tests.companies import joins
from tests.delegating import the_accountant, the_delegation
from tests.mailbox import mails_to
from tests.rows import row


@pytest.fixture
def sofia(app):
    return the_accountant(app)


@pytest.fixture
def one(app, lea, sofia):
    """A delegation in force for ninety days, on Léa's word."""
    with app.app_context():
        a_delegation(lea.organization_id, sofia.organization_id, granted_by_id=lea.id)
    return the_delegation(app)


def a_night(app, after=timedelta()):
    with clock.travel(after), app.app_context(), db.unit_of_work():
        return reminding.remind(100)


def leaves(app, person):
    with app.app_context(), db.unit_of_work():
        for link in db.db.session.query(Membership).filter_by(account_id=person.id):
            link.ended_at = clock.now()


def test_what_ends_is_told_thirty_and_seven_days_before_once_each(app, lea, one):
    assert a_night(app).total == 0
    assert a_night(app, timedelta(days=61)).reminded == 1
    assert a_night(app, timedelta(days=61)).reminded == 0
    assert a_night(app, timedelta(days=84)).reminded == 1
    assert a_night(app, timedelta(days=91)).reminded == 0
    told = [mail.text for mail in mails_to(app, lea.email)]
    assert len(told) == 2
    assert "se termine le" in told[0]


def test_a_night_that_was_missed_is_one_mail(app, lea, one):
    assert a_night(app, timedelta(days=85)).reminded == 1
    assert a_night(app, timedelta(days=86)).reminded == 0
    assert len(mails_to(app, lea.email)) == 1


@row("DLG-3")
def test_when_the_holder_leaves_it_stands_and_the_next_one_is_asked(app, lea, sofia, one):
    paul = joins(app, lea.organization_id, "paul@example.org", holder=True).who
    assert a_night(app).total == 0
    leaves(app, lea)
    assert a_night(app).asked == 1
    assert a_night(app).asked == 0
    assert "Dites dans votre espace" in mails_to(app, paul.email)[-1].text
    assert state(the_delegation(app), clock.now()) is State.STANDING
    assert a_night(app, timedelta(days=24)).asked == 1  # reminded
    assert a_night(app, timedelta(days=24)).total == 0
    assert a_night(app, timedelta(days=30, seconds=5)).suspended == 1
    late = the_delegation(app)
    assert (state(late, clock.now()), late.suspended_by) == (State.SUSPENDED, "unconfirmed")
    assert "est suspendue" in mails_to(app, sofia.email)[-1].text


@row("DLG-3")
def test_nobody_is_asked_while_nobody_holds_the_company(app, lea, one):
    leaves(app, lea)
    assert a_night(app).total == 0
    joins(app, lea.organization_id, "paul@example.org", holder=True)
    assert a_night(app).asked == 1


def test_a_firm_gets_one_digest_of_all_its_clients(app, lea, sofia):
    with app.app_context():
        for news in ("offered", "offered", "revoked", None):
            a_delegation(an_organization().id, sofia.organization_id, firm_news=news)
    with app.app_context(), db.unit_of_work():
        assert reminding.digest(100) == 1
    (mail,) = mails_to(app, sofia.email)
    assert "2 entreprises vous proposent" in mail.text
    assert "Une délégation est arrêtée" in mail.html
    with app.app_context(), db.unit_of_work():
        assert reminding.digest(100) == 0
