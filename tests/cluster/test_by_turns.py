"""Every request goes to whichever node comes next: consent, change of companies, a delegation, who hangs up."""

import re
from contextlib import suppress

import pytest
import requests

from tests.browser import Browser
from tests.builders import Member, a_client, an_organization, membership
from tests.delegating import answers, does, offers, the_accountant, the_delegation
from tests.registers import a_siret
from tests.relying_party import RelyingParty

pytestmark = pytest.mark.timeout(300)  # the first test of a file starts the cluster, which is slow where all are busy
CHOICE, CONSENT = "Choix de l’entreprise", "Autorisation"
ACT = ["documents:read", "documents:act"]


@pytest.fixture
def app(world):
    """Where tests make people and look at rows; whoever browses asks the nodes."""
    return world.cluster.app


@pytest.fixture
def partner(world, app):
    """An application of a third party."""
    with app.app_context():
        return RelyingParty(world.wire, a_client(name="Paie Exemple", first_party=False))


@pytest.fixture
def second(world, app):
    """A second company of the first person."""
    with app.app_context():
        other = an_organization(name="Aaa Charpente", siret=a_siret(5))
        membership(world.members[0].id, other.id)
        return str(other.id)


def picks(browser: Browser, name: str) -> None:
    """Press the button of that company."""
    assert CHOICE in browser.page.title
    before = browser.page.text[: browser.page.text.index(name)]
    browser.submit(choice=re.findall(r'value="([^"]+)">', before)[-1])


def signed_in(world, who: Member) -> Browser:
    browser = Browser(world.wire)
    assert browser.signs_in(who, world.portal, scope="openid").location is not None
    return browser


def company_of(party: RelyingParty, tokens) -> str:
    return party.userinfo(tokens["access_token"])["organization"]["id"]


def on_each_node(world, ask):
    """The answers to the same question, as many times as there are nodes."""
    return [ask() for _ in world.cluster.nodes]


def test_a_person_consents_for_one_company_and_changes_to_another(world, partner, second):
    lea, browser = world.members[0], Browser(world.wire)
    browser.signs_in(lea, partner.portal)
    picks(browser, "Aaa Charpente")
    assert browser.page.title.startswith(CONSENT)
    first = partner.redeems(browser.submit(choice="allow").answer["code"])
    assert first.ok
    assert "code" in browser.asks(partner.portal, prompt="none", organization=second).answer

    named = {"organization": str(lea.organization_id)}
    assert browser.asks(partner.portal, prompt="none", **named).answer["error"] == "consent_required"
    assert browser.asks(partner.portal, **named).title.startswith(CONSENT)
    other = partner.redeems(browser.submit(choice="allow").answer["code"])
    for _ in world.cluster.nodes:
        first, other = (partner.refreshes(tokens["refresh_token"]) for tokens in (first, other))
        assert company_of(partner, first) == second
        assert company_of(partner, other) == str(lea.organization_id)
    world.observed.refresh_tokens += [first["refresh_token"], other["refresh_token"]]
    assert browser.asks(partner.portal, prompt="select_organization").title.startswith(CHOICE)
    assert min(world.cluster.served().values()) > 0


@pytest.fixture
def sofia(app):
    """The holder of a proven firm."""
    return the_accountant(app)


def test_a_firm_acts_on_both_nodes_until_the_company_stops_it(world, app, sofia):
    lea, party = world.members[0], RelyingParty(world.wire, world.portal)
    company, firm = signed_in(world, lea), signed_in(world, sofia)
    offers(company, lea.organization_id)
    one = the_delegation(app)
    assert "En cours" in answers(firm, one, "accept").text

    tokens = party.redeems(firm.asks(world.portal, organization=str(lea.organization_id)).answer["code"])
    said = on_each_node(world, lambda: party.introspects(tokens["access_token"]))
    assert [acting["authorization_details"][0]["privileges"] for acting in said] == [ACT] * len(said)
    own = party.redeems(firm.asks(world.portal, organization=str(sofia.organization_id)).answer["code"])

    does(company, one, "revoke")
    world.observed.note_ended(app)
    refused = on_each_node(world, lambda: party.refreshes(tokens["refresh_token"]).error)
    assert refused == ["invalid_grant"] * len(refused)
    assert {party.userinfo(tokens["access_token"]).status for _ in world.cluster.nodes} == {401}
    assert on_each_node(world, lambda: party.introspects(tokens["access_token"]).body) == [{"active": False}] * 2
    again = on_each_node(world, lambda: firm.asks(world.portal, organization=str(lea.organization_id)).answer["error"])
    assert set(again) == {"access_denied"}
    assert party.refreshes(own["refresh_token"]).ok  # what she does for her own firm goes on
    assert (one.organization_id, the_delegation(app).ended_why) == (lea.organization_id, "by_member")


def hangs_up(world, path: str, form: dict[str, str]) -> None:
    """Ask as the portal does, and go away before the answer."""
    where, ours = f"{world.cluster.provider}{path}", (world.portal.client_id, world.portal.secret)
    with suppress(requests.Timeout):
        requests.post(where, data=form, auth=ours, timeout=(30, 0.001), verify=str(world.cluster.papers.authority))


def test_who_hangs_up_before_the_answer_asks_again_and_goes_on(world):
    party = RelyingParty(world.wire, world.portal)
    for member in world.members:
        token = party.tokens_of(member)["refresh_token"]
        hangs_up(world, "/token", {"grant_type": "refresh_token", "refresh_token": token})
        successor = party.refreshes(token)
        assert successor.ok
        world.observed.refresh_tokens.append(successor["refresh_token"])
    hangs_up(world, "/revoke", {"token": token})
    assert party.revokes(token).ok
    assert party.refreshes(token).error == "invalid_grant"
