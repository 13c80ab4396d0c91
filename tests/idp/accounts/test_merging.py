"""Two members become one."""

import pytest

from idp import clock
from idp.accounts import merging
from idp.accounts.merging import Merged, MergeRefused
from idp.accounts.models import RIGHTS, Membership
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.delegations.models import Delegation
from idp.registry.models import Organization
from tests.builders import a_delegation, a_member, an_organization, membership
from tests.companies import joins, named
from tests.mailbox import mails_to
from tests.relying_party import RelyingParty
from tests.rows import row


@pytest.fixture
def other(app, lea):
    """A member of the same fund, which will end; Paul holds it."""
    with app.app_context():
        held = an_organization(fund_id=named(lea.organization_id).fund_id, name="Toitures Boréales")
        return a_member(held, email="paul@example.org")


def merges(app, ending, into):
    with app.app_context(), unit_of_work():
        return merging.merge(named(ending), named(into))


def rights_of(app, account_id, organization_id):
    with app.app_context():
        links = Membership.of(account_id, clock.now())
        return next(((one.holder, one.rights) for one in links if one.organization_id == organization_id), None)


def test_people_and_sites_go_on_in_the_other(app, lea, other):
    ines = joins(app, other.organization_id, "ines@example.org")
    with app.app_context():
        fund_id = named(other.organization_id).fund_id
        site = an_organization(fund_id=fund_id, kind="site", parent_id=other.organization_id).id
        membership(other.id, site)
    assert merges(app, other.organization_id, lea.organization_id) == Merged(people=2, sites=1)
    assert rights_of(app, other.id, lea.organization_id) == (True, list(RIGHTS))
    assert rights_of(app, ines.who.id, lea.organization_id) == (False, ["documents:read"])
    assert rights_of(app, other.id, other.organization_id) is None
    assert rights_of(app, other.id, site) == (True, list(RIGHTS))
    with app.app_context():
        assert db.session.get(Organization, site).parent_id == lea.organization_id
        assert db.session.get(Organization, other.organization_id).closed_at is not None
        assert db.session.query(AuditEvent).filter_by(event=Event.ORGANIZATION_MERGED).count() == 1
    assert len(mails_to(app, lea.email)) == 2


def test_who_is_in_both_keeps_the_rights_of_both(app, lea, other):
    with app.app_context():
        membership(other.id, lea.organization_id, holder=False).rights = ["contact:read"]
        there = db.session.query(Membership).filter_by(organization_id=other.organization_id).one()
        there.holder, there.rights = False, ["legal:act"]
        db.session.commit()
    merges(app, other.organization_id, lea.organization_id)
    assert rights_of(app, other.id, lea.organization_id) == (False, ["legal:act", "contact:read"])


@row("TRS-3")
def test_grants_and_delegations_of_the_one_that_ends_end_with_it(app, lea, other, portal):
    program = RelyingParty(app, portal)
    tokens = program.tokens_of(other)
    with app.app_context():
        firm = an_organization(kind="firm").id
        ended, kept = (a_delegation(one.organization_id, firm).id for one in (other, lea))
    merges(app, other.organization_id, lea.organization_id)
    assert program.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    with app.app_context():
        assert [db.session.get(Delegation, one).ended_at is None for one in (ended, kept)] == [False, True]


def test_only_two_members_of_one_fund_that_live_may_merge(app, lea, other):
    with app.app_context():
        fund_id = named(lea.organization_id).fund_id
        site = an_organization(fund_id=fund_id, kind="site", parent_id=lea.organization_id).id
        elsewhere = an_organization().id
        over = an_organization(fund_id=fund_id, closed_at=clock.now()).id
    for ending in (site, elsewhere, over, lea.organization_id):
        with pytest.raises(MergeRefused):
            merges(app, ending, lea.organization_id)
