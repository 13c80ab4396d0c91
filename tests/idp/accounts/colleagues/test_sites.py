"""Whoever leaves a member leaves its sites; a site that had a holder keeps one, as long as its member has one."""

import threading
from uuid import UUID

import pytest

from idp import clock
from idp.accounts.colleagues import belonging
from idp.accounts.colleagues.belonging import Refusal
from idp.accounts.colleagues.holding import held_by
from idp.accounts.colleagues.models import Colleague
from idp.accounts.models import Account, Membership
from idp.db import db, unit_of_work
from tests.builders import a_member, an_account, an_organization, membership
from tests.companies import named
from tests.rows import row


class Company:
    """A member with a site, held by Léa and Paul; who holds the site is said."""

    def __init__(self, app, lea=True, paul=None) -> None:
        self.app = app
        with app.app_context():
            held = an_organization()
            self.member = held.id
            self.site = an_organization(fund_id=held.fund_id, kind="site", parent_id=held.id).id
            self.lea, self.paul = a_member(held).id, a_member(named(self.member)).id
            for who, holder in ((self.lea, lea), (self.paul, paul)):
                if holder is not None:
                    membership(who, self.site, holder)

    def holders(self, place: UUID) -> list[UUID]:
        with self.app.app_context():
            return [one.account_id for one in Colleague.holders(place, clock.now())]

    def link(self, who: UUID, place: UUID) -> Colleague:
        found = Colleague.find(place, clock.now(), account_id=who)
        assert found is not None
        return found


def leaves(company):
    assert belonging.leave(company.lea, company.member) is None


def is_ended(company):
    belonging.end(held_by(company.paul, company.member), company.link(company.lea, company.member).membership_id)


def is_removed(company):
    belonging.remove(named(company.member), company.link(company.lea, company.member))


@row("TRS-5")
@pytest.mark.parametrize("paul", [None, False], ids=["a stranger there", "a colleague there"])
@pytest.mark.parametrize("deed", [leaves, is_ended, is_removed])
def test_a_site_that_would_be_left_goes_to_who_holds_the_member(app, deed, paul):
    company = Company(app, paul=paul)
    with app.app_context(), unit_of_work():
        deed(company)
    assert company.holders(company.member) == company.holders(company.site) == [company.paul]


@row("TRS-5")
def test_even_to_who_lost_it_before(app):
    company = Company(app, paul=True)
    with app.app_context(), unit_of_work():
        belonging.end(held_by(company.lea, company.site), company.link(company.paul, company.site).membership_id)
    with app.app_context(), unit_of_work():
        is_ended(company)
    assert company.holders(company.site) == [company.paul]


@row("TRS-5")
def test_a_site_that_somebody_holds_is_handed_to_nobody(app):
    company = Company(app)
    with app.app_context(), unit_of_work():
        other = an_account().id
        membership(other, company.site)
        leaves(company)
    assert company.holders(company.site) == [other]


def test_a_holder_who_may_not_sign_in_holds_nothing(app):
    company = Company(app)
    with app.app_context(), unit_of_work():
        other = an_account(suspended_at=clock.now()).id
        membership(other, company.site)
        leaves(company)
    assert company.holders(company.site) == [company.paul]


def test_a_colleague_who_leaves_hands_nothing_over(app):
    company = Company(app, lea=False)
    with app.app_context(), unit_of_work():
        belonging.leave(company.lea, company.site)
    assert company.holders(company.site) == []


def test_where_an_operator_leaves_the_member_without_holder_its_sites_are_too(app):
    company = Company(app)
    with app.app_context(), unit_of_work():
        for who in (company.paul, company.lea):
            belonging.remove(named(company.member), company.link(who, company.member))
    assert company.holders(company.member) == company.holders(company.site) == []


def test_who_gets_the_link_of_another_account_gets_its_sites(app):
    company = Company(app)
    with app.app_context(), unit_of_work():
        heir = an_account().id
        belonging.remove(named(company.member), company.link(company.paul, company.member))
        one, account = company.link(company.lea, company.member), db.session.get(Account, heir)
        link = belonging.pass_on(named(company.member), one, account)
        assert db.session.get(Membership, link.id).holder
    assert company.holders(company.member) == company.holders(company.site) == [heir]


@row("TRS-5")
def test_of_two_who_leave_a_site_at_once_one_by_its_member_somebody_holds_it(any_app):
    """The one leaves the member and its site with it, the other that site: whoever is first, it keeps a holder."""
    companies, start = [Company(any_app, paul=True) for _ in range(5)], threading.Barrier(10)
    outcomes = {}

    def leave(company, who, place):
        start.wait()
        with any_app.app_context(), unit_of_work():
            outcomes[company.site, who] = belonging.leave(who, place)

    one_each = [(company, company.lea, company.member) for company in companies]
    one_each += [(company, company.paul, company.site) for company in companies]
    threads = [threading.Thread(target=leave, args=each) for each in one_each]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for company in companies:
        assert company.holders(company.site) == [company.paul]
        assert outcomes[company.site, company.lea] is None
        assert outcomes[company.site, company.paul] in (None, Refusal.LAST_HOLDER)


@row("TRS-5")
def test_whoever_is_removed_at_the_very_moment_gets_no_site(any_app):
    """Léa leaves, and her site goes to Paul, whom an operator removes from the member just then."""
    companies, start = [Company(any_app) for _ in range(5)], threading.Barrier(10)

    def leave(company):
        start.wait()
        with any_app.app_context(), unit_of_work():
            belonging.leave(company.lea, company.member)

    def remove(company):
        start.wait()
        with any_app.app_context(), unit_of_work():
            belonging.remove(named(company.member), company.link(company.paul, company.member))

    threads = [threading.Thread(target=deed, args=[one]) for one in companies for deed in (leave, remove)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for company in companies:
        assert company.paul not in company.holders(company.site)
        assert company.holders(company.site) == company.holders(company.member)
