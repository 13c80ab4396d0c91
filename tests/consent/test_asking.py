"""May this application know? Asked once, remembered by client, organization and scopes."""

import pytest

from consent.models import Consent
from idp import clock
from idp.accounts.models import Membership
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.delegations.admissions.models import Admission
from tests.builders import a_client, a_member, an_account, an_organization, membership
from tests.relying_party import RelyingParty
from tests.rows import row


@pytest.fixture
def firm(app):
    """A partner's application, of a third party."""
    with app.app_context():
        return a_client(name="Cabinet Exemple", first_party=False, client_id="firm")


@pytest.fixture
def karim(app):
    """Someone else, who uses the same browser."""
    with app.app_context():
        return an_account(given_names="Karim")


def events(app):
    with app.app_context():
        return [row.event for row in db.session.query(AuditEvent).order_by(AuditEvent.at)]


def test_a_third_party_is_asked_for_and_the_portal_of_the_funds_is_not(browser, portal, firm, lea):
    assert "code" in browser.signs_in(lea, portal).answer
    assert browser.asks(firm).title.startswith("Autorisation")


@row("OID-18")
def test_the_page_says_who_asks_what_and_for_which_company(browser, firm, lea):
    page = browser.signs_in(lea, firm, scope="openid profile email organization")
    for words in ("Cabinet Exemple", "Votre nom", "Votre adresse mail", "Maçonnerie", "SIRET"):
        assert words in page.text
    assert "téléphone" not in page.text


@row("OID-18")
def test_a_consent_once_given_is_remembered(app, browser, firm, lea):
    browser.signs_in(lea, firm)
    assert "code" in browser.submit(choice="allow").answer
    assert "code" in browser.asks(firm).answer
    assert "code" in browser.asks(firm, prompt="none").answer
    assert events(app).count(Event.CONSENT_GIVEN) == 1


def test_a_refusal_is_told_to_the_application_and_remembered_by_nobody(app, browser, firm, lea):
    browser.signs_in(lea, firm)
    assert browser.submit(choice="deny").answer["error"] == "access_denied"
    assert browser.asks(firm).location is None
    assert Event.CONSENT_REFUSED in events(app)


def test_an_answer_that_is_neither_is_a_refusal(browser, firm, lea):
    browser.signs_in(lea, firm)
    assert browser.submit().answer["error"] == "access_denied"


def test_none_says_consent_required(browser, firm, lea):
    browser.signs_in(lea, firm)
    assert browser.asks(firm, prompt="none").answer["error"] == "consent_required"


@row("OID-18")
def test_it_is_due_again_for_more_and_not_for_less(browser, firm, lea):
    browser.signs_in(lea, firm, scope="openid profile")
    browser.submit(choice="allow")
    assert "code" in browser.asks(firm, scope="openid").answer
    assert browser.asks(firm, scope="openid profile email").location is None
    browser.submit(choice="allow")
    assert "code" in browser.asks(firm, scope="openid profile").answer


@row("OID-18")
def test_whoever_allowed_one_application_is_asked_again_by_the_next(app, browser, firm, lea):
    browser.signs_in(lea, firm)
    browser.submit(choice="allow")
    with app.app_context():
        second = a_client(name="Agenda", first_party=False)
    assert browser.asks(second).location is None


@row("OID-18")
def test_no_page_may_frame_the_question(browser, firm, lea):
    """RFC 9700 4.16: clickjacking."""
    headers = browser.signs_in(lea, firm).response.headers
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


@row("OID-18")
def test_it_is_due_again_for_another_organization(app, browser, firm, lea):
    browser.signs_in(lea, firm)
    browser.submit(choice="allow")
    with app.app_context():
        other = an_organization()
        membership(lea.id, other.id)
        other_id = str(other.id)
    assert browser.asks(firm, organization=other_id).location is None


def test_prompt_consent_asks_whatever_is_remembered_the_portal_too(browser, portal, firm, lea):
    browser.signs_in(lea, firm)
    browser.submit(choice="allow")
    assert browser.asks(firm, prompt="consent").location is None
    assert "code" in browser.submit(choice="allow").answer
    assert browser.asks(portal, prompt="consent").location is None


def test_one_persons_word_is_not_anothers(app, browser, firm, lea):
    browser.signs_in(lea, firm)
    browser.submit(choice="allow")
    with app.app_context():
        other = a_member()
    page = browser.asks(firm, prompt="login")
    assert "password" in page.fields()
    assert browser.submit(email=other.email, password=other.password).location is None


def test_a_wider_consent_takes_the_place_of_the_former_one(app, browser, firm, lea):
    browser.signs_in(lea, firm, scope="openid profile")
    browser.submit(choice="allow")
    browser.asks(firm, scope="openid email")
    browser.submit(choice="allow")
    with app.app_context():
        live = db.session.query(Consent).filter(Consent.withdrawn_at.is_(None)).all()
        assert [set(consent.scopes) for consent in live] == [{"openid", "profile", "email"}]


def test_a_signed_out_person_finds_no_consent_page(browser, firm, lea):
    browser.signs_in(lea, firm)
    url = browser.page.url
    browser.client.delete_cookie("idp_session", domain="localhost")
    assert browser.get(url).status == 410


@row("OID-18")
def test_a_claim_asked_for_by_itself_is_shown_and_remembered_like_its_scope(browser, firm, lea):
    """OpenID Connect Core 5.5: the `claims` parameter asks for claims one by one; nothing is known unseen."""
    wish = '{"userinfo": {"email": null}}'
    assert "Votre adresse mail" in browser.signs_in(lea, firm, scope="openid", claims=wish).text
    browser.submit(choice="allow")
    assert "code" in browser.asks(firm, scope="openid email").answer
    assert browser.asks(firm, scope="openid", claims='{"id_token": {"phone_number": null}}').location is None


def test_the_word_of_one_person_is_not_that_of_the_next_who_signs_in(browser, firm, lea, karim):
    browser.signs_in(lea, firm)
    browser.submit(choice="allow")
    password = browser.asks(firm, prompt="consent login").url
    consent = password.replace("/password", "/consent")
    browser.get(consent)
    browser.submit(choice="allow")  # in the name of Léa, who is still signed in
    browser.get(password)
    page = browser.submit(email=karim.email, password=karim.password)
    assert page.location is None
    assert "Karim" in page.text


def test_what_one_person_read_is_not_allowed_in_the_name_of_another(app, browser, portal, firm, lea, karim):
    read = browser.signs_in(lea, firm)
    browser.asks(portal, prompt="login")  # in another tab
    browser.submit(email=karim.email, password=karim.password)
    page = browser.post(read.url, read.fields() | {"choice": "allow"})
    assert page.location is None
    assert "Karim" in page.text
    assert Event.CONSENT_GIVEN not in events(app)


def _rights(app, who, *rights):
    """Let a colleague do that in their company, and no more."""
    with app.app_context(), unit_of_work():
        link = db.session.query(Membership).filter_by(account_id=who.id).one()
        link.holder, link.rights = False, list(rights)


def _admits(app, firm, who):
    """Their company is open to the application already."""
    with app.app_context(), unit_of_work():
        Admission.give(who.organization_id, firm.id, who.id, clock.now())


@row("OID-18")
def test_it_is_due_again_for_more_rights_and_not_for_fewer(app, browser, firm, lea):
    _rights(app, lea, "documents:read", "legal:read")
    _admits(app, firm, lea)
    browser.signs_in(lea, firm)
    assert "Documents : consulter" in browser.page.text
    browser.submit(choice="allow")
    _rights(app, lea, "documents:read")
    assert "code" in browser.asks(firm).answer
    _rights(app, lea, "documents:read", "documents:act")
    assert browser.asks(firm, prompt="none").answer["error"] == "consent_required"
    assert "Documents : consulter et agir" in browser.asks(firm).text


@row("OID-18")
def test_a_right_given_later_is_in_no_token_before_it_is_consented_to(app, browser, firm, lea):
    _rights(app, lea, "documents:read")
    _admits(app, firm, lea)
    program = RelyingParty(app, firm)
    browser.signs_in(lea, firm, scope="openid organization offline_access")
    tokens = program.redeems(browser.submit(choice="allow").answer["code"])
    _rights(app, lea, "documents:read", "documents:act")
    renewed = program.refreshes(tokens["refresh_token"])
    assert [one["privileges"] for one in renewed["authorization_details"]] == [["documents:read"]]
