"""`GET /me/organizations`: whom one may act for, by pages, with a token of ours for ourselves (RFC 6750)."""

import pytest

from idp import clock
from idp.db import db
from idp.delegations.admissions.models import Admission
from tests.builders import a_client, a_delegation, an_organization, membership
from tests.counting import costs
from tests.registers import a_siret
from tests.relying_party import RelyingParty, claims_of
from tests.rows import row

SCOPE = "openid organization organizations"


@pytest.fixture
def many(app, lea):
    """Twenty-four more companies."""
    with app.app_context():
        for number in range(24):
            membership(lea.id, an_organization(name=f"Chantier {number:02}", siret=a_siret(100 + number)).id)


@pytest.fixture
def token(app, browser, portal, lea, many):
    """A token of hers."""
    browser.signs_in(lea, portal, scope=SCOPE, organization=str(lea.organization_id))
    return RelyingParty(app, portal).redeems(browser.page.answer["code"]).body["access_token"]


def asks(browser, token, query=""):
    return browser.client.get(f"/me/organizations{query}", headers={"Authorization": f"Bearer {token}"})


def test_they_are_told_by_pages_in_the_words_of_the_claim(browser, token, lea):
    first, second = asks(browser, token).json, asks(browser, token, "?page=2").json
    assert (first["total"], first["page_size"], len(first["organizations"])) == (25, 20, 20)
    assert len(second["organizations"]) == 5
    told = next(
        one for page in (first, second) for one in page["organizations"] if one["id"] == str(lea.organization_id)
    )
    assert told["holder"] is True
    assert set(told) == {"id", "fund", "kind", "name", "siret", "siren", "member_number", "holder", "rights"}


def test_they_are_searched_by_name_number_and_siret(browser, token):
    assert asks(browser, token, "?search=chantier 07").json["total"] == 1
    assert asks(browser, token, f"?search={a_siret(110)[:9]}").json["total"] == 1
    assert asks(browser, token, "?search=%25").json["total"] == 0


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=-1", "?page=x", "?page=99999999999999999999", "?search=" + "x" * 5000]
)
def test_odd_questions_are_answered(browser, token, query):
    assert asks(browser, token, query).status_code == 200


def test_another_scope_or_no_token_is_refused(app, browser, portal, lea, many):
    assert asks(browser, "").status_code == 401
    assert asks(browser, "x.y.z").headers["WWW-Authenticate"].endswith('error="invalid_token"')
    browser.signs_in(lea, portal, scope="openid organization", organization=str(lea.organization_id))
    narrow = RelyingParty(app, portal).redeems(browser.page.answer["code"]).body["access_token"]
    answer = asks(browser, narrow)
    assert answer.status_code == 403
    assert 'scope="organizations"' in answer.headers["WWW-Authenticate"]


def test_no_token_lists_them(app, browser, portal, lea, many):
    browser.signs_in(lea, portal, scope=SCOPE, organization=str(lea.organization_id))
    party = RelyingParty(app, portal)
    tokens = party.redeems(browser.page.answer["code"]).body
    for token in (tokens["access_token"], tokens["id_token"]):
        assert "Chantier" not in str(claims_of(token))


def test_a_page_costs_three_statements(app, browser, token):
    with costs(app) as price:
        asks(browser, token)
    assert len(price.statements) <= 4


@row("OID-18")
def test_a_partners_application_is_told_of_what_is_open_to_it_and_of_nothing_else(app, browser, lea, many):
    with app.app_context():
        partner = a_client(first_party=False)
        admitted, firm = an_organization(name="Ouverte"), an_organization(kind="firm")
        Admission.give(membership(lea.id, admitted.id, holder=False).organization_id, partner.id, lea.id, clock.now())
        membership(lea.id, firm.id)
        for name, allowed in (("Confiée", True), ("Fermée", False)):
            a_delegation(an_organization(name=name).id, firm.id, applications_allowed=allowed)
        db.session.commit()
    browser.signs_in(lea, partner, scope="openid organizations")
    code = browser.submit(choice="allow").answer["code"]
    token = RelyingParty(app, partner).redeems(code).body["access_token"]
    told = asks(browser, token).json
    assert [one["name"] for one in told["organizations"]] == ["Ouverte", "Confiée"]
    assert told["total"] == 2
