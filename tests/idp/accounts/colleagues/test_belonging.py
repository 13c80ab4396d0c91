"""What a person may do in a company, and the end of it."""

import threading
from datetime import timedelta

import pytest

from idp import clock
from idp.accounts.colleagues import belonging
from idp.accounts.colleagues.belonging import Refusal
from idp.accounts.colleagues.holding import held_by
from idp.accounts.models import RIGHTS, Membership
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.errors import NotFound
from idp.oidc.models.grant import Grant
from tests.browser import Browser
from tests.builders import an_organization, membership
from tests.companies import joins, named, signed_in
from tests.mailbox import mails_to
from tests.relying_party import RelyingParty
from tests.rows import row


@pytest.fixture
def ines(app, lea):
    """A colleague of Léa's, who may read documents."""
    return joins(app, lea.organization_id, "ines@example.org")


@pytest.fixture
def paul(app, lea):
    """Another holder of the same company."""
    return joins(app, lea.organization_id, "paul@example.org", holder=True)


def opens(browser, organization_id, person, end=""):
    return browser.get(f"/organizations/{organization_id}/people/{person.membership_id}{end}")


def link_of(app, person):
    with app.app_context():
        return db.session.get(Membership, person.membership_id)


def test_a_holder_sees_what_a_person_may_do_and_changes_it(app, lea, ines):
    browser = signed_in(app, lea)
    page = opens(browser, lea.organization_id, ines)
    assert '<option selected value="read">' in page.text
    browser.submit(documents="", legal="act")
    assert link_of(app, ines).rights == ["legal:read", "legal:act"]
    with app.app_context():
        (event,) = db.session.query(AuditEvent).filter_by(event=Event.MEMBERSHIP_CHANGED)
        assert (event.actor_id, event.subject_id) == (lea.id, ines.who.id)


def test_a_person_is_made_a_holder_beside_the_first_whose_colleagues_learn_it(app, lea, ines, paul):
    browser = signed_in(app, lea)
    opens(browser, lea.organization_id, ines)
    browser.submit(holder="y")
    assert (link_of(app, ines).holder, tuple(link_of(app, ines).rights)) == (True, RIGHTS)
    (told,) = mails_to(app, paul.who.email)
    assert "est maintenant titulaire" in told.text
    assert mails_to(app, lea.email) == []


def test_without_any_right_a_person_is_no_colleague(app, lea, ines):
    browser = signed_in(app, lea)
    opens(browser, lea.organization_id, ines)
    page = browser.submit(documents="")
    assert page.status == 422
    assert "au moins une rubrique" in page.text
    assert link_of(app, ines).rights == ["documents:read"]


def test_what_was_chosen_is_there_after_the_password(app, lea, ines):
    browser = signed_in(app, lea)
    opens(browser, lea.organization_id, ines)
    with clock.travel(timedelta(minutes=11)):
        assert "password" in browser.submit(documents="", legal="act").fields()
        page = browser.submit(email=lea.email, password=lea.password)
        assert page.text.count('<option selected value="act">') == 1
        assert link_of(app, ines).rights == ["documents:read"]
        browser.submit(documents="", legal="act")
    assert link_of(app, ines).rights == ["legal:read", "legal:act"]


def test_an_access_is_ended_and_the_person_is_told(app, lea, ines):
    browser = signed_in(app, lea)
    opens(browser, lea.organization_id, ines, "/end")
    page = browser.submit()
    assert page.url.endswith("/people")
    assert "ines@example.org" not in page.text
    assert link_of(app, ines).ended_at is not None
    (told,) = mails_to(app, ines.who.email)
    assert told.subject == "Votre accès à une entreprise a été retiré"
    assert "aucune entreprise" in signed_in(app, ines.who).get("/organizations").text


@row("TRS-3")
def test_what_stands_on_an_ended_link_ends_in_the_same_transaction(app, lea, ines, portal):
    program = RelyingParty(app, portal)
    browser = Browser(app)
    tokens = program.tokens_of(ines.who, browser)
    code = browser.asks(portal).answer["code"]
    with app.app_context(), unit_of_work():
        belonging.end(held_by(lea.id, lea.organization_id), ines.membership_id)
        assert [one.ended_at is None for one in db.session.query(Grant)] == [False, False]
    assert program.redeems(code).error == "invalid_grant"
    assert program.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    assert program.userinfo(tokens["access_token"]).status == 401
    assert program.introspects(tokens["access_token"]).body == {"active": False}


@row("TRS-5")
def test_of_two_holders_one_ends_the_other_who_goes_on_alone(app, lea, paul):
    browser = signed_in(app, paul.who)
    with app.app_context():
        hers = held_by(lea.id, lea.organization_id).holder.membership_id
    browser.get(f"/organizations/{lea.organization_id}/people/{hers}/end")
    assert browser.submit().status == 200
    assert signed_in(app, lea).get(f"/organizations/{lea.organization_id}/people").status == 404


@pytest.mark.parametrize("deed", ["end", "demote", "leave"])
@row("TRS-5")
def test_the_last_holder_stays_until_there_is_another(app, lea, ines, deed):
    with app.app_context(), unit_of_work():
        held = held_by(lea.id, lea.organization_id)
        done = {
            "end": lambda: belonging.end(held, held.holder.membership_id),
            "demote": lambda: belonging.change(held, held.holder.membership_id, holder=False, rights=["legal:act"]),
            "leave": lambda: belonging.leave(lea.id, held.id),
        }[deed]()
        assert done is Refusal.LAST_HOLDER
        assert held_by(lea.id, lea.organization_id)


def test_whoever_wants_to_leave_alone_is_told_what_to_do_first(app, lea):
    browser = signed_in(app, lea)
    browser.get(f"/organizations/{lea.organization_id}/leave")
    page = browser.submit()
    assert page.status == 422
    assert "désignez d’abord un autre titulaire" in page.text


def test_a_person_leaves_by_themselves_and_the_holders_are_told(app, lea, ines):
    browser = signed_in(app, ines.who)
    browser.get(f"/organizations/{lea.organization_id}/leave")
    assert "aucune entreprise" in browser.submit().text
    (told,) = mails_to(app, lea.email)
    assert "a quitté" in told.text
    assert mails_to(app, ines.who.email) == []


@row("TRS-5")
def test_whoever_leaves_a_member_leaves_its_sites(app, lea, paul):
    with app.app_context():
        fund_id = named(lea.organization_id).fund_id
        site = an_organization(fund_id=fund_id, kind="site", parent_id=lea.organization_id)
        other = an_organization(fund_id=fund_id)
        links = [membership(paul.who.id, one.id).id for one in (site, other)]
    browser = signed_in(app, lea)
    opens(browser, lea.organization_id, paul, "/end")
    browser.submit()
    with app.app_context():
        assert [db.session.get(Membership, link).ended_at is None for link in links] == [False, True]


def test_a_holder_who_was_ended_a_moment_ago_ends_nobody(app, lea, paul, ines):
    with app.app_context(), unit_of_work():
        held = held_by(paul.who.id, lea.organization_id)
        belonging.end(held_by(lea.id, lea.organization_id), paul.membership_id)
        with pytest.raises(NotFound):
            belonging.end(held, ines.membership_id)


@row("TRS-5")
def test_of_two_holders_who_leave_at_once_one_stays(any_app):
    from_two = _two_holders(any_app)
    start, outcomes = threading.Barrier(2), []

    def leave(account_id, organization_id):
        with any_app.app_context(), unit_of_work():
            start.wait()
            outcomes.append(belonging.leave(account_id, organization_id))

    threads = [threading.Thread(target=leave, args=one) for one in from_two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes, key=str) == [None, Refusal.LAST_HOLDER]


def _two_holders(app):
    with app.app_context():
        held = an_organization().id
    return [(joins(app, held, f"holder{one}@example.org", holder=True).who.id, held) for one in range(2)]
