"""The firm answers, once: its holder on their page, or whoever reads the mailbox of an offer by its link."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from idp import clock, db
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import new_id
from idp.delegations.granting import answering, models, standing
from idp.delegations.mandates.models import Mandate, Wish
from idp.registry.models import Organization
from tests.builders import a_delegation, a_member, an_account
from tests.companies import joins, signed_in
from tests.delegating import COMPTA, a_proven_firm, answers, offers, the_accountant, the_delegation
from tests.mailbox import link_in, mails_to
from tests.rows import row


def may_act(app, account_id, organization_id):
    with app.app_context():
        wish = Wish(organization_id=organization_id)
        return [one.rights for one in Mandate.few(account_id, clock.now(), wish)]


@pytest.fixture
def offered(app, lea):
    """An offer to the mailbox of an accountant whose firm nobody knows; the path of its link."""
    offers(signed_in(app, lea), lea.organization_id, documents="read", name="Cabinet Neuf", email=COMPTA)
    return link_in(mails_to(app, COMPTA)[-1])


@row("DLG-1")
def test_the_firms_holder_accepts_and_its_people_may_act(app, lea):
    sofia = the_accountant(app)
    offers(signed_in(app, lea), lea.organization_id)
    one = the_delegation(app)
    assert may_act(app, sofia.id, lea.organization_id) == []
    browser = signed_in(app, sofia)
    assert "attend votre réponse" in browser.get("/delegations").text
    assert "En cours" in answers(browser, one, "accept").text
    assert may_act(app, sofia.id, lea.organization_id) == [["documents:read", "documents:act"]]
    with app.app_context():
        (event,) = db.db.session.query(AuditEvent).filter_by(event=Event.DELEGATION_ACCEPTED)
        assert (event.actor_id, event.organization_id) == (sofia.id, lea.organization_id)


def test_the_firm_says_no(app, lea):
    sofia = the_accountant(app)
    offers(signed_in(app, lea), lea.organization_id)
    answers(signed_in(app, sofia), the_delegation(app), "refuse")
    assert the_delegation(app).ended_why == "refused"
    assert "a été refusée" in mails_to(app, lea.email)[-1].text


def test_an_offer_that_lapsed_is_accepted_by_nobody(app, lea):
    sofia = the_accountant(app)
    offers(signed_in(app, lea), lea.organization_id)
    one = the_delegation(app)
    with clock.travel(timedelta(days=30)):
        assert signed_in(app, sofia).get(f"/delegations/{one.id}/accept").status == 404


@row("DLG-3", "DLG-5")
def test_another_firm_and_a_colleague_of_the_firm_see_nothing_of_it(app, lea):
    sofia = the_accountant(app)
    clerk = joins(app, sofia.organization_id, "clerk@example.org").who
    with app.app_context():
        rival = a_member(a_proven_firm(name="Autre", siret="99900002900010"), email="rival@example.org")
    offers(signed_in(app, lea), lea.organization_id)
    one = the_delegation(app)
    for stranger in (clerk, rival, lea):
        browser = signed_in(app, stranger)
        assert "Maçonnerie" not in browser.get("/delegations").text
        for place in (f"/delegations/{one.id}", f"/delegations/{one.id}/accept"):
            assert browser.get(place).status == browser.get(place.replace(str(one.id), str(new_id()))).status == 404


@row("DLG-1")
def test_a_company_answers_no_offer_of_its_own(app, lea):
    the_accountant(app)
    browser = signed_in(app, lea)
    offers(browser, lea.organization_id)
    one = the_delegation(app)
    browser.get(f"/organizations/{lea.organization_id}/delegations/{one.id}/accept")
    browser.submit()
    assert the_delegation(app).accepted_at is None


@row("DLG-4")
def test_whoever_reads_the_mailbox_holds_that_one_delegation_and_nothing_else(app, lea, offered):
    with app.app_context():
        nour = an_account(email=COMPTA)
    browser = signed_in(app, nour)
    assert "Maçonnerie" in browser.get(offered).text
    assert "Cabinet non vérifié" in browser.submit().text
    assert may_act(app, nour.id, lea.organization_id) == [["documents:read"]]
    one = the_delegation(app)
    assert (one.firm_id, one.held_by_id) == (None, nour.id)
    other = signed_in(app, lea).get(f"/organizations/{lea.organization_id}/delegations/{one.id}")
    assert "Cabinet non vérifié" in other.text


@row("DLG-4")
def test_a_link_that_was_forwarded_gives_nothing(app, lea, offered):
    with app.app_context():
        rival = an_account(email="rival@example.org")
    browser = signed_in(app, rival)
    assert "vous êtes connecté avec" in browser.get(offered).text
    browser.submit(choice="accept")
    assert the_delegation(app).accepted_at is None
    with app.app_context():
        (event,) = db.db.session.query(AuditEvent).filter_by(event=Event.DELEGATION_TURNED_AWAY)
        assert event.reason == "elsewhere"


@row("DLG-4")
def test_a_link_works_once_and_to_the_second(app, lea, offered, browser):
    with app.app_context():
        nour = an_account(email=COMPTA)
    ends_at = the_delegation(app).lapses_at
    with clock.travel(ends_at - clock.now() - timedelta(seconds=5)):
        assert browser.get(offered).status == 200
    with clock.travel(ends_at - clock.now()):
        assert browser.get(offered).status == 410
    browser = signed_in(app, nour)
    browser.get(offered)
    browser.submit()
    assert browser.get(offered).status == 410


@row("DLG-4")
def test_an_offer_taken_back_has_a_dead_link(app, lea, offered, browser):
    holder = signed_in(app, lea)
    one = the_delegation(app)
    holder.get(f"/organizations/{lea.organization_id}/delegations/{one.id}/refuse")
    assert "Annulée" in holder.submit().text
    assert browser.get(offered).status == 410
    assert browser.get("/delegation-offer/invented").status == 410


def test_whoever_is_not_signed_in_signs_in_and_comes_back(app, lea, offered, browser):
    with app.app_context():
        nour = an_account(email=COMPTA)
    assert "J’ai déjà un compte" in browser.get(offered).text
    browser.submit(choice="sign-in")
    page = browser.submit(email=nour.email, password=nour.password)
    assert page.url == "/delegation-offer"
    assert "En cours" in browser.submit().text


@row("DLG-1")
def test_of_many_who_answer_at_once_one_does(any_app):
    app = any_app
    with app.app_context():
        sofia = a_member(a_proven_firm())
        company = a_member().organization_id
        later = {"accepted_at": None, "offered_at": clock.now(), "lapses_at": clock.now() + timedelta(days=1)}
        one_id = a_delegation(company, sofia.organization_id, **later).id

    def accepts():
        with app.app_context(), db.unit_of_work():
            return answering.accept_offer(sofia.id, answering.of_firm(sofia.id, one_id))

    def takes_back():
        with app.app_context(), db.unit_of_work():
            one, organization = models.by_id(one_id), Organization.by_id(company)
            return models.end_unanswered(one, "withdrawn", clock.now()) or standing.revoke(one, organization, "member")

    with ThreadPoolExecutor(8) as threads:
        done = [threads.submit(deed) for deed in (accepts, accepts, takes_back, accepts, accepts, takes_back)]
        results = [(one.result() if one.exception() is None else False) for one in done]
    assert sum(results[index] for index in (0, 1, 3, 4)) <= 1
    assert sum(results[index] for index in (2, 5)) == 1
    assert may_act(app, sofia.id, company) == []
