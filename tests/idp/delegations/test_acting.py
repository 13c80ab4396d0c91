"""On whose behalf: silent where there is one, a choice where there are several, refused where it is not theirs."""

import re
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask

from idp import clock
from idp.db import db
from idp.delegations.models import Delegation
from idp.oidc.models.grant import Grant
from idp.registry.models import Organization
from tests.browser import Browser
from tests.builders import Member, Portal, a_member, an_account, an_organization, membership
from tests.idp.delegations.conftest import READ
from tests.registers import a_siret
from tests.relying_party import RelyingParty

CHOICE = "Choix de l’entreprise"


@pytest.fixture
def second(app: Flask, lea: Member) -> UUID:
    """A second company of the same person, who is its colleague."""
    with app.app_context():
        other = an_organization(name="Aaa Charpente", siret=a_siret(5))
        membership(lea.id, other.id, holder=False)
        return other.id


@pytest.fixture
def clerk(app: Flask, firm: UUID) -> Member:
    """A person of the firm, not its holder."""
    with app.app_context():
        person = an_account()
        membership(person.id, firm, holder=False)
        return person


def the_grant(app: Flask) -> Grant:
    with app.app_context():
        grant = db.session.query(Grant).order_by(Grant.created_at.desc()).first()
        db.session.expunge(grant)
        return grant


def keys_on(browser: Browser) -> list[str]:
    return re.findall(r'name="choice"\s+value="([^"]+)"', browser.page.text)


def picks(browser: Browser, organization: str) -> None:
    """Press the button of that company."""
    before = browser.page.text[: browser.page.text.index(organization)]
    browser.submit(choice=re.findall(r'value="([^"]+)">', before)[-1])


def test_the_only_organization_costs_no_page(app, browser, portal, lea):
    browser.signs_in(lea, portal)
    assert the_grant(app).organization_id == lea.organization_id


def test_of_several_the_person_picks_one(app, browser, portal, lea, second):
    browser.signs_in(lea, portal)
    assert CHOICE in browser.page.title
    picks(browser, "Aaa Charpente")
    assert "code" in browser.page.answer
    assert the_grant(app).organization_id == second


def test_the_portal_names_one_and_no_page_is_shown(app, browser, portal, lea, second):
    with app.app_context():
        siret = Organization.by_id(second).siret
    details = f'[{{"type":"organization","identifier":"0009:{siret}"}}]'
    for named in ({"organization": str(second)}, {"siret_hint": siret}, {"authorization_details": details}):
        browser.signs_in(lea, portal, **named)
        assert "code" in browser.page.answer
        assert the_grant(app).organization_id == second


def test_one_that_is_not_theirs_is_denied_whether_or_not_it_exists(app, browser, portal, lea):
    with app.app_context():
        stranger = an_organization().id
    answers = []
    for named in (str(stranger), str(uuid4()), a_siret(77)):
        browser.signs_in(lea, portal, organization=named)
        answers.append(browser.page.answer)
    assert {answer["error"] for answer in answers} == {"access_denied"}
    assert answers[0] == answers[1] == answers[2]


def test_without_a_page_a_choice_is_an_error(browser, portal, lea, second):
    browser.signs_in(lea, portal, organization=str(second))
    assert browser.asks(portal, prompt="none").answer["error"] == "account_selection_required"
    assert "code" in browser.asks(portal, prompt="none", organization=str(second)).answer


def test_select_organization_always_shows_the_page(app, browser, portal, lea):
    browser.signs_in(lea, portal, prompt="select_organization")
    assert CHOICE in browser.page.title
    picks(browser, "SIRET")
    assert the_grant(app).organization_id == lea.organization_id


def test_a_siret_that_two_funds_have_leads_to_the_choice_between_those_two(app, browser, portal, lea, second):
    with app.app_context():
        siret = Organization.by_id(second).siret
        twin = an_organization(name="Aaa Charpente Sud", siret=siret)
        membership(lea.id, twin.id)
        twin_id = twin.id
    browser.signs_in(lea, portal, siret_hint=siret)
    assert len(keys_on(browser)) == 2
    assert browser.asks(portal, prompt="none", siret_hint=siret).answer["error"] == "account_selection_required"
    browser.asks(portal, siret_hint=siret)
    picks(browser, "Aaa Charpente Sud")
    assert the_grant(app).organization_id == twin_id


def test_a_choice_that_was_not_offered_is_not_taken(app, browser, portal, lea, second):
    with app.app_context():
        stranger = a_member()
        theirs = membership(stranger.id, an_organization().id).id
    browser.signs_in(lea, portal)
    for choice in (f"m.{theirs}", f"d.{uuid4()}", "m.", "x", "m.x"):
        page = browser.submit(choice=choice)
        assert (page.status, CHOICE in page.title) == (422, True)


def test_two_tabs_with_two_companies_never_mix(app, browser, portal, lea, second):
    party = RelyingParty(app, portal)
    browser.signs_in(lea, portal, organization=str(second))
    first = party.redeems(browser.page.answer["code"]).body
    other = party.redeems(browser.asks(portal, organization=str(lea.organization_id)).answer["code"]).body
    for _ in range(3):
        first, other = (party.refreshes(tokens["refresh_token"]).body for tokens in (first, other))
        told = [party.userinfo(tokens["access_token"]).body["organization"]["id"] for tokens in (first, other)]
        assert told == [str(second), str(lea.organization_id)]


def test_a_long_list_is_searched_and_read_by_pages(app, browser, portal, lea):
    with app.app_context():
        for number in range(24):
            membership(lea.id, an_organization(name=f"Chantier {number:02}", siret=a_siret(100 + number)).id)
        siret = a_siret(110)
    browser.signs_in(lea, portal)
    assert len(keys_on(browser)) == 20
    place = browser.page.url.partition("?")[0]
    assert len(keys_on(_at(browser, f"{place}?page=2"))) == 5
    assert len(keys_on(_at(browser, f"{place}?page=99"))) == 5
    assert len(keys_on(_at(browser, f"{place}?search=chantier+1"))) == 10
    assert len(keys_on(_at(browser, f"{place}?search={siret[:9]}"))) == 1
    assert keys_on(_at(browser, f"{place}?search=100%25")) == []
    assert "Aucune entreprise trouvée" in browser.page.text
    browser.get(f"{place}?search=chantier+07")
    picks(browser, "Chantier 07")
    assert "code" in browser.page.answer


def _at(browser: Browser, url: str) -> Browser:
    browser.get(url)
    return browser


def test_a_person_of_a_firm_acts_for_its_client_as_far_as_it_was_delegated(app, browser, portal, clerk, delegates):
    with app.app_context():
        client = an_organization(name="Plomberie Exemple")
        client_id = client.id
    delegation_id = delegates(client_id)
    browser.signs_in(clerk, portal, organization=str(client_id))
    tokens = RelyingParty(app, portal).redeems(browser.page.answer["code"]).body
    (details,) = tokens["authorization_details"]
    assert (details["identifier"], details["privileges"]) == (str(client_id), READ)
    assert details["delegation"]["id"] == str(delegation_id)
    assert details["delegation"]["firm"]["name"] == "Cabinet Exemple"
    assert details["delegation"]["valid_until"] == "2099-03-31"
    told = RelyingParty(app, portal).userinfo(tokens["access_token"]).body["organization"]
    assert (told["holder"], told["rights"]) == (False, READ)
    assert told["delegation"] == details["delegation"]
    assert the_grant(app).delegation_id == delegation_id


@pytest.mark.parametrize("column", ["ended_at", "suspended_at", "starts_at", "ends_at", "accepted_at"], ids=str)
def test_a_delegation_that_is_over_or_not_yet_opens_nothing_and_its_tokens_die(
    app: Flask, browser: Browser, portal: Portal, clerk: Member, delegates, column: str
):
    with app.app_context():
        client_id = an_organization().id
    delegation_id, party = delegates(client_id), RelyingParty(app, portal)
    browser.signs_in(clerk, portal, organization=str(client_id))
    tokens = party.redeems(browser.page.answer["code"]).body
    now = clock.now()
    over = {"starts_at": now + timedelta(days=1), "accepted_at": None}.get(column, now)
    with app.app_context():
        setattr(db.session.get(Delegation, delegation_id), column, over)
        db.session.commit()
    assert party.userinfo(tokens["access_token"]).status == 401
    assert party.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    assert browser.asks(portal, organization=str(client_id)).answer["error"] == "access_denied"


def test_no_token_outlives_the_delegation(app, browser, portal, clerk, delegates):
    with app.app_context():
        client_id = an_organization().id
    delegates(client_id, ends_at=clock.now() + timedelta(minutes=3))
    browser.signs_in(clerk, portal, organization=str(client_id))
    tokens = RelyingParty(app, portal).redeems(browser.page.answer["code"]).body
    assert tokens["expires_in"] <= 180


def test_only_named_people_act_where_the_firm_names_them(app, browser, portal, clerk, delegates, assigns):
    with app.app_context():
        client_id = an_organization().id
    delegation_id = delegates(client_id, all_staff=False)
    browser.signs_in(clerk, portal, organization=str(client_id))
    assert browser.page.answer["error"] == "access_denied"
    assigns(delegation_id, clerk.id, ["documents:read"])
    tokens = RelyingParty(app, portal).redeems(browser.asks(portal, organization=str(client_id)).answer["code"]).body
    assert tokens["authorization_details"][0]["privileges"] == ["documents:read"]


def test_rights_are_narrowed_to_what_is_asked_and_none_left_is_denied(app, browser, portal, clerk, delegates):
    with app.app_context():
        client_id = an_organization().id
    delegates(client_id)

    def asking(*privileges: str) -> str:
        wanted = ",".join(f'"{right}"' for right in privileges)
        return f'[{{"type":"organization","identifier":"{client_id}","privileges":[{wanted}]}}]'

    browser.signs_in(clerk, portal, authorization_details=asking("documents:read", "employees:act"))
    party = RelyingParty(app, portal)
    tokens = party.redeems(browser.page.answer["code"]).body
    assert tokens["authorization_details"][0]["privileges"] == ["documents:read"]
    denied = browser.asks(portal, authorization_details=asking("employees:act"))
    assert denied.answer["error"] == "access_denied"
