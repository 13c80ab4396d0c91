"""« Mes applications »: what a person allowed is listed, and taken back at once."""

import threading
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from consent import withdrawal
from consent.models import Consent
from idp import clock
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.oidc.models.grant import Grant
from tests.browser import ISSUER, Browser
from tests.builders import a_client, a_member, an_organization, membership
from tests.relying_party import RelyingParty
from tests.rows import row

EVERYTHING = "openid profile email organization offline_access"


@pytest.fixture
def firm(app):
    """A partner's application, of a third party."""
    with app.app_context():
        return a_client(name="Paie Exemple", first_party=False, client_id="firm")


@pytest.fixture
def program(app, firm):
    """The program behind it."""
    return RelyingParty(app, firm)


def allows(browser, program, lea, **parameters):
    """Sign in, allow if asked, and give the application its tokens."""
    page = browser.asks(program.portal, **parameters)
    if "password" in page.fields():
        page = browser.submit(email=lea.email, password=lea.password)
    if page.location is None:
        page = browser.submit(choice="allow")
    reply = program.redeems(page.answer["code"])
    assert reply.ok, reply.body
    return reply


def takes_back(browser, firm, organization_id=None):
    """Press the button of that application, and that of the next page."""
    place = f"/applications/{firm.id}" + (f"/{organization_id}" if organization_id else "")
    assert f'href="{place}"' in browser.get("/applications").text
    browser.get(place)
    return browser.submit()


def test_the_page_says_who_knows_what_for_which_company_and_since_when(browser, program, lea):
    with clock.travel(-timedelta(days=3)):
        allows(browser, program, lea, scope=EVERYTHING)
        day = clock.now().astimezone(ZoneInfo("Europe/Paris"))
    browser.get("/applications")
    text = browser.submit(email=lea.email, password=lea.password).text
    for words in (
        "Paie Exemple",
        "Votre nom",
        "Votre adresse mail",
        "Maçonnerie",
        "même quand vous n’êtes pas connecté",
    ):
        assert words in text
    assert f"{day.day} " in text
    assert "téléphone" not in text


def test_whoever_allowed_nothing_is_told_what_would_be_there(browser, portal, lea):
    browser.signs_in(lea, portal)
    page = browser.get("/applications")
    assert "aucune application" in page.text
    assert page.response.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_whoever_is_not_signed_in_signs_in_and_arrives_there(browser, program, lea):
    allows(Browser(browser.app), program, lea)
    assert "password" in browser.get("/applications").fields()
    page = browser.submit(email=lea.email, password=lea.password)
    assert page.url.endswith("/applications")
    assert "Paie Exemple" in page.text


def test_a_first_party_is_there_only_while_it_has_access_in_the_persons_absence(app, browser, lea):
    with app.app_context():
        ours, phone = a_client(name="Mon espace"), a_client(name="Mon espace sur téléphone", offline=True)
    allows(browser, RelyingParty(app, ours), lea)
    allows(browser, RelyingParty(app, phone), lea)
    text = browser.get("/applications").text
    assert "Mon espace sur téléphone" in text
    assert text.count("<h2>") == 1
    takes_back(browser, phone, lea.organization_id)
    assert "aucune application" in browser.get("/applications").text


@pytest.mark.parametrize("scope", ["openid profile organization", EVERYTHING])
@row("OID-13", "OID-18")
def test_what_was_given_ends_at_once_wherever_it_is_shown(browser, program, lea, scope):
    tokens = allows(browser, program, lea, scope=scope)
    code = browser.asks(program.portal, scope=scope).answer["code"]
    assert "L’accès est retiré" in takes_back(browser, program.portal, lea.organization_id).text
    assert program.redeems(code).error == "invalid_grant"
    assert program.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    assert program.userinfo(tokens["access_token"]).status == 401
    assert program.introspects(tokens["access_token"]).body == {"active": False}


@row("OID-18")
def test_consent_is_asked_again_afterwards(browser, program, lea):
    allows(browser, program, lea)
    takes_back(browser, program.portal, lea.organization_id)
    assert browser.asks(program.portal, prompt="none").answer["error"] == "consent_required"
    assert browser.asks(program.portal).title.startswith("Autorisation")


@row("OID-18")
def test_a_word_given_on_the_way_and_taken_back_in_another_tab_counts_no_more(browser, program, lea):
    browser.signs_in(lea, program.portal)
    allowed = browser.client.post(browser.page.url, data=browser.page.fields() | {"choice": "allow"}, base_url=ISSUER)
    takes_back(browser, program.portal, lea.organization_id)
    assert browser.get(allowed.headers["Location"].removeprefix(ISSUER)).title.startswith("Autorisation")


def test_only_that_application_and_that_company_are_concerned(app, browser, program, lea):
    with app.app_context():
        other = an_organization()
        membership(lea.id, other.id)
        other_id = str(other.id)
        second = RelyingParty(app, a_client(name="Agenda", first_party=False))
    kept = [allows(browser, program, lea, organization=other_id), allows(browser, second, lea, scope="openid")]
    allows(browser, program, lea, organization=str(lea.organization_id))
    takes_back(browser, program.portal, lea.organization_id)
    assert program.refreshes(kept[0]["refresh_token"]).ok
    assert second.refreshes(kept[1]["refresh_token"]).ok


def test_nobody_takes_back_what_another_person_allowed(app, browser, program, lea):
    tokens = allows(browser, program, lea, scope="openid offline_access")
    with app.app_context():
        karim = a_member()
    stranger = Browser(app)
    with app.app_context():
        portal = a_client()
    stranger.signs_in(karim, portal)
    stranger.get("/applications")
    place = f"/applications/{program.portal.id}"
    assert stranger.get(place).status == 404
    form = stranger.get("/end_session/confirm").fields()
    stranger.post(place, form)
    assert program.refreshes(tokens["refresh_token"]).ok


@row("SES-6")
def test_it_is_taken_back_by_a_form_of_ours_only(browser, program, lea):
    tokens = allows(browser, program, lea, scope="openid")
    assert browser.post(f"/applications/{program.portal.id}", {}).status == 400
    assert program.refreshes(tokens["refresh_token"]).ok


def test_the_clients_that_asked_for_it_are_told(app, browser, lea):
    with app.app_context():
        uri = "https://portal.example.org/backchannel"
        told = RelyingParty(app, a_client(first_party=False, backchannel_logout_uri=uri))
    allows(browser, told, lea)
    takes_back(browser, told.portal, lea.organization_id)
    with app.app_context():
        events = [one.event for one in db.session.query(AuditEvent).order_by(AuditEvent.at)]
        assert Event.CONSENT_WITHDRAWN in events
        assert db.session.query(Grant).filter(Grant.ended_at.is_(None)).count() == 0


def test_taken_back_twice_says_the_same(browser, program, lea):
    allows(browser, program, lea)
    takes_back(browser, program.portal, lea.organization_id)
    page = browser.get(f"/applications/{program.portal.id}/{lea.organization_id}")
    assert "L’accès est retiré" in page.text


def test_an_offline_grant_that_died_of_age_is_no_access(app, browser, lea):
    with app.app_context():
        phone = a_client(name="Sur téléphone", offline=True)
    with clock.travel(-timedelta(days=31)):
        allows(Browser(app), RelyingParty(app, phone), lea)
    with app.app_context():
        assert withdrawal.applications_of(lea.id) == []


@row("OID-18")
def test_an_authorization_at_the_very_moment_of_a_withdrawal_leaves_no_access(any_app):
    """Whichever comes first: the grant that stood on the consent is found and ended, or is never made."""
    with any_app.app_context():
        lea, firm = a_member(), a_client(name="Paie", first_party=False)
    browser = Browser(any_app)
    browser.signs_in(lea, firm, scope="openid")
    for _ in range(12):
        with any_app.app_context(), unit_of_work():
            Consent.grant(lea.id, firm.id, None, scopes=["openid"], now=clock.now())
        start = threading.Barrier(2)
        meanwhile = threading.Thread(target=_withdraw, args=(any_app, start, lea.id, firm.id))
        meanwhile.start()
        start.wait()
        browser.asks(firm, scope="openid")
        meanwhile.join()
        with any_app.app_context():
            assert db.session.query(Grant).filter(Grant.ended_at.is_(None)).count() == 0


def _withdraw(app, start, account_id, client_id):
    with app.app_context(), unit_of_work():
        start.wait()
        withdrawal.withdraw(account_id, client_id, None)
