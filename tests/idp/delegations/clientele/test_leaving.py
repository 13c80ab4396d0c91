"""Whoever leaves a firm is named for none of its clients any more."""

import pytest

from idp import clock
from idp.accounts import memberships
from idp.accounts.colleagues import belonging
from idp.accounts.colleagues.holding import held_by
from idp.accounts.models import Account
from idp.db import db, unit_of_work
from idp.delegations.granting import models
from idp.delegations.mandates.models import Mandate, Wish
from tests.builders import a_delegation, an_organization, membership
from tests.companies import joins, named
from tests.delegating import the_accountant
from tests.rows import row


@pytest.fixture
def sofia(app):
    return the_accountant(app)


@pytest.fixture
def clerk(app, sofia):
    """Someone of the firm."""
    return joins(app, sofia.organization_id, "clerk@example.org")


def may(app, who, organization_id):
    with app.app_context():
        return bool(Mandate.few(who.id, clock.now(), Wish(organization_id=organization_id)))


@row("TRS-3")
def test_coming_back_to_a_firm_brings_no_client_back(app, lea, sofia, clerk):
    with app.app_context(), unit_of_work():
        one = a_delegation(lea.organization_id, sofia.organization_id, all_staff=False).id
        models.assign(one, clerk.who.id, None, clock.now())
    assert may(app, clerk.who, lea.organization_id)
    with app.app_context(), unit_of_work():
        belonging.end(held_by(sofia.id, sofia.organization_id), clerk.membership_id)
    with app.app_context(), unit_of_work():
        again = db.session.get(Account, clerk.who.id)
        memberships.link(again, named(sofia.organization_id), rights=["documents:read"])
    assert not may(app, clerk.who, lea.organization_id)


def test_for_the_clients_of_another_firm_one_stays_named(app, lea, sofia, clerk):
    with app.app_context(), unit_of_work():
        other = an_organization(kind="firm").id
        membership(clerk.who.id, other, holder=False)
        one = a_delegation(lea.organization_id, other, all_staff=False).id
        models.assign(one, clerk.who.id, None, clock.now())
        belonging.leave(clerk.who.id, sofia.organization_id)
    assert may(app, clerk.who, lea.organization_id)
