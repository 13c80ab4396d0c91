"""`idp accounts explain`: why a person cannot sign in, or not act."""

import json
from datetime import timedelta

import pytest

from app import cli
from idp import clock
from idp.accounts.models import Account, Membership
from idp.db import db
from idp.delegations.models import Delegation
from idp.selfcare import explaining
from tests.browser import Browser
from tests.builders import a_delegation, a_member, an_organization, membership
from tests.companies import named


def found(app, email):
    with app.app_context():
        return {one.check: one for one in explaining.explain(email)}


def wrong(app, email):
    return {check for check, one in found(app, email).items() if not one.ok}


@pytest.fixture
def clerk(app, lea):
    """A clerk of a firm to which Léa's company delegates."""
    with app.app_context():
        firm = an_organization(kind="firm")
        who = a_member(firm, holder=False, email="clerk@example.org")
        a_delegation(lea.organization_id, firm.id)
        return who


def test_where_all_is_well_every_check_holds(app, lea):
    assert wrong(app, lea.email) == set()
    assert found(app, lea.email)["acts for"].says == "1 organizations"


@pytest.mark.parametrize(("email", "check"), [("lea", "address"), ("nobody@example.org", "account")])
def test_who_is_nobody_is_told_first(app, lea, email, check):
    assert list(found(app, email)) == [check]


@pytest.mark.parametrize("column", ["suspended_at", "closed_at", "password_expired_at"])
def test_what_stops_an_account_is_named(app, lea, column):
    with app.app_context():
        setattr(db.session.get(Account, lea.id), column, clock.now())
        db.session.commit()
    assert column.removesuffix("_at") in wrong(app, lea.email)


def test_too_many_tries_are_named_with_their_end(app, lea, portal):
    browser = Browser(app)
    browser.asks(portal)
    for _ in range(6):
        browser.submit(email=lea.email, password="Pas-Le-Bon-1")
    one = found(app, lea.email)["tries"]
    assert not one.ok
    assert "no try before" in one.says
    with clock.travel(timedelta(minutes=2)):
        assert found(app, lea.email)["tries"].ok


def test_an_address_to_certify_is_named(app, lea):
    with app.app_context():
        db.session.get(Account, lea.id).email.certified_at = None
        db.session.commit()
    assert wrong(app, lea.email) == {"address certified"}


def test_a_link_that_ended_and_a_company_that_did_are_named(app, lea):
    with app.app_context():
        closed = an_organization(closed_at=clock.now())
        membership(lea.id, closed.id)
        mine = db.session.query(Membership).filter_by(organization_id=lea.organization_id).one()
        mine.ended_at = clock.now()
        db.session.commit()
    checks = wrong(app, lea.email)
    assert len([check for check in checks if check.startswith("link to")]) == 2
    assert "acts for" in checks


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"accepted_at": None}, "not accepted"),
        ({"suspended_at": 0, "suspended_by": "operator"}, "suspended by operator"),
        ({"ends_at": 0}, "its last day was"),
        ({"starts_at": 1}, "it starts"),
        ({"all_staff": False}, "named people"),
    ],
    ids=["accepted", "suspended", "ended", "early", "assigned"],
)
def test_what_stands_between_a_clerk_and_a_company_is_named(app, lea, clerk, changes, words):
    moment = {name: clock.now() + timedelta(days=days) for name, days in changes.items() if type(days) is int}
    with app.app_context():
        one = db.session.query(Delegation).one()
        for name, value in (changes | moment).items():
            setattr(one, name, value)
        db.session.commit()
    (told,) = [one for check, one in found(app, clerk.email).items() if check.startswith("delegation")]
    assert not told.ok
    assert words in told.says
    assert told.do


@pytest.mark.parametrize("side", ["company", "firm"])
def test_a_side_that_ended_is_named(app, lea, clerk, side):
    with app.app_context():
        named(lea.organization_id if side == "company" else clerk.organization_id).closed_at = clock.now()
        db.session.commit()
    (told,) = [one for check, one in found(app, clerk.email).items() if check.startswith("delegation")]
    assert told.says == f"the {side} ended"


def test_the_command_tells_each_check_and_what_to_do(app, lea):
    with app.app_context():
        db.session.get(Account, lea.id).suspended_at = clock.now()
        db.session.commit()
    text = app.test_cli_runner().invoke(cli, ["accounts", "explain", lea.email]).output
    assert "NO  suspended" in text
    assert "    -> an operator suspended it" in text
    told = json.loads(app.test_cli_runner().invoke(cli, ["accounts", "explain", lea.email, "--json"]).output)
    assert [one["check"] for one in told if not one["ok"]] == ["suspended"]
