"""A partner's application gets a company's data by the word of its holder, or of the delegation; else nothing."""

import threading
from datetime import timedelta

from consent import admission
from idp import clock
from idp.accounts.colleagues.holding import held_by
from idp.audit.events import Event
from idp.db import db, unit_of_work
from idp.delegations.admissions.models import Admission
from idp.delegations.models import Delegation
from idp.oidc.models.grant import Grant
from tests.browser import Browser
from tests.builders import a_client, an_account, an_organization, membership
from tests.companies import joins, signed_in
from tests.mailbox import mails_to
from tests.partners import CLOSED, answers, asks, closes, delegated, events, requested, the_mail
from tests.relying_party import RelyingParty
from tests.rows import row


@row("OID-18")
def test_a_colleague_gets_nothing_before_a_holder_says_so(app, browser, firm, karim):
    page = browser.signs_in(karim, firm)
    assert page.title.startswith(CLOSED)
    assert browser.asks(firm, prompt="none").answer["error"] == "interaction_required"
    consent = page.url.replace("/admission", "/consent")
    browser.get(consent)
    assert browser.submit(choice="allow").title.startswith(CLOSED)
    with app.app_context():
        assert db.session.query(Grant).count() == 0


@row("OID-18")
def test_the_colleagues_request_reaches_the_holders_who_open_the_company(app, firm, lea, karim):
    other = joins(app, lea.organization_id, "autre@example.org", holder=True).who
    browser = asks(app, karim, firm)
    mail = the_mail(app, other)
    assert mail.subject.startswith("Une application pour votre entreprise")
    assert "Paie Exemple" in mail.text
    page = answers(app, lea, requested(app), "allow")
    assert "Ouverte depuis" in page.text
    assert browser.get(browser.page.url).title.startswith("Autorisation")
    assert "code" in browser.submit(choice="allow").answer
    assert mails_to(app, karim.email, "consent/admission") == []
    assert events(app) == [Event.ADMISSION_ASKED, Event.ADMISSION_GRANTED]


@row("OID-18")
def test_a_holder_opens_the_company_by_their_own_consent_and_is_told_so(app, browser, firm, lea, karim):
    page = browser.signs_in(lea, firm)
    assert "vous ouvrez aussi cette application" in page.text
    assert "code" in browser.submit(choice="allow").answer
    assert events(app) == [Event.ADMISSION_GRANTED]
    page = Browser(app).signs_in(karim, firm)
    assert page.title.startswith("Autorisation")
    assert "vous ouvrez aussi" not in page.text


def test_the_request_goes_once_whoever_asks_and_again_after_a_while(app, firm, lea, karim):
    browser = asks(app, karim, firm)
    browser.post(browser.page.url, browser.page.fields() | {"choice": "ask"})
    second = joins(app, lea.organization_id, "second@example.org").who
    page = Browser(app).signs_in(second, firm)
    assert "Votre demande est partie" in page.text
    assert len(mails_to(app, lea.email, "consent/admission")) == 1
    with clock.travel(timedelta(days=14)):
        asks(app, second, firm)
    assert len(mails_to(app, lea.email, "consent/admission")) == 2


def test_how_long_holders_are_left_in_peace_is_a_setting(template, tmp_path):
    app = template.sqlite(tmp_path, admission_asked_again=timedelta(hours=1))
    with app.app_context():
        holder, firm = an_account(), a_client(first_party=False)
        company = an_organization().id
        membership(holder.id, company)
    karim = joins(app, company, "karim@example.org").who
    asks(app, karim, firm)
    with clock.travel(timedelta(hours=1)):
        asks(app, karim, firm)


def test_a_refusal_is_said_and_not_asked_again_at_once(app, firm, lea, karim):
    browser = asks(app, karim, firm)
    answers(app, lea, requested(app), "refuse")
    assert "a refusé cette application" in browser.get(browser.page.url).text
    browser.submit(choice="ask")
    assert len(mails_to(app, lea.email, "consent/admission")) == 1
    assert events(app) == [Event.ADMISSION_ASKED, Event.ADMISSION_REFUSED]


def test_nobody_floods_the_holders(app, lea, karim):
    with app.app_context():
        clients = [a_client(first_party=False) for _ in range(admission.MOST_AN_HOUR + 1)]
    browser = Browser(app)
    browser.signs_in(karim, clients[0])
    statuses = []
    for client in clients:
        browser.asks(client)
        statuses.append(browser.submit(choice="ask").status)
    assert statuses == [200] * admission.MOST_AN_HOUR + [429]
    assert len(mails_to(app, lea.email, "consent/admission")) == admission.MOST_AN_HOUR


def test_going_back_tells_the_application_that_it_gets_nothing(browser, firm, karim):
    browser.signs_in(karim, firm)
    assert browser.submit(choice="leave").answer["error"] == "access_denied"


def test_where_no_holder_is_left_there_is_nobody_to_ask(app, browser, firm):
    with app.app_context():
        alone = an_account()
        membership(alone.id, an_organization().id, holder=False)
    assert "Contactez votre caisse" in browser.signs_in(alone, firm).text


@row("OID-18")
def test_what_is_delegated_without_applications_is_not_for_them(app, browser, firm, lea):
    clerk, _ = delegated(app, lea, applications_allowed=False)
    page = browser.signs_in(clerk, firm, organization=str(lea.organization_id))
    assert page.title.startswith(CLOSED)
    assert 'value="ask"' not in page.text
    browser.submit(choice="ask")
    assert mails_to(app, lea.email) == []
    browser.asks(firm, organization=str(lea.organization_id))
    assert browser.submit(choice="leave").answer["error"] == "access_denied"


@row("OID-18", "OID-13")
def test_a_delegation_that_allows_applications_opens_the_company_to_them_as_long_as_it_does(app, browser, firm, lea):
    clerk, delegation_id = delegated(app, lea, applications_allowed=True)
    program = RelyingParty(app, firm)
    browser.signs_in(clerk, firm, organization=str(lea.organization_id), scope="openid organization offline_access")
    tokens = program.redeems(browser.submit(choice="allow").answer["code"])
    assert tokens["authorization_details"][0]["delegation"]["id"] == str(delegation_id)
    with app.app_context(), unit_of_work():
        db.session.get(Delegation, delegation_id).applications_allowed = False
    assert program.introspects(tokens["access_token"]).body == {"active": False}
    assert program.userinfo(tokens["access_token"]).status == 401
    assert program.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    assert browser.asks(firm, organization=str(lea.organization_id)).title.startswith(CLOSED)


def test_the_portal_of_the_funds_needs_no_such_word(app, browser, portal, lea, karim):
    assert "code" in browser.signs_in(karim, portal).answer
    clerk, _ = delegated(app, lea, applications_allowed=False)
    assert "code" in Browser(app).signs_in(clerk, portal, organization=str(lea.organization_id)).answer


@row("OID-18")
def test_an_authorization_at_the_very_moment_of_the_closing_leaves_no_access(any_app):
    """Whichever comes first: the grant that stood on it is found and ended, or is never made."""
    with any_app.app_context():
        holder, company = an_account(), an_organization().id
        membership(holder.id, company)
        firm = a_client(first_party=False)
    karim = joins(any_app, company, "karim@example.org").who
    _gives(any_app, holder, company, firm)
    browser = Browser(any_app)
    browser.signs_in(karim, firm)
    browser.submit(choice="allow")
    for _ in range(8):
        admission_id = _gives(any_app, holder, company, firm)
        start = threading.Barrier(2)
        meanwhile = threading.Thread(target=_closes, args=(any_app, start, holder, company, admission_id))
        meanwhile.start()
        start.wait()
        browser.asks(firm)
        meanwhile.join()
        with any_app.app_context():
            live = db.session.query(Grant).filter(Grant.ended_at.is_(None), Grant.redeemed_at.is_(None))
            assert live.count() == 0


def _gives(app, holder, company, firm):
    with app.app_context(), unit_of_work():
        Admission.give(company, firm.id, holder.id, clock.now())
        return Admission.last(company, firm.id).id


def _closes(app, start, holder, company, admission_id):
    with app.app_context(), unit_of_work():
        start.wait()
        admission.withdraw(held_by(holder.id, company), admission_id)


@row("OID-18")
def test_a_holder_who_was_not_told_opens_nothing(app, browser, firm, lea, karim):
    """Closed by another holder while the page was read: the page comes again, and says what it opens."""
    browser.signs_in(lea, firm)
    browser.submit(choice="allow")
    read = browser.asks(firm, prompt="consent")
    assert "vous ouvrez aussi" not in read.text
    other = signed_in(app, joins(app, lea.organization_id, "autre@example.org", holder=True).who)
    closes(other, lea)
    page = browser.post(read.url, read.fields() | {"choice": "allow"})
    assert "vous ouvrez aussi" in page.text
    assert events(app)[-1] == Event.ADMISSION_WITHDRAWN
