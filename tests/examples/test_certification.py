"""examples/certification: its clients apply, one person has every claim, and a program finds its way on our pages."""

import re
from pathlib import Path

import pytest

from idp.db import unit_of_work
from idp.oidc.clients import applying
from tests.browser import ISSUER
from tests.builders import Portal, a_client, a_member
from tests.relying_party import RelyingParty

FILE = Path(__file__).parents[2] / "examples" / "certification" / "clients.yaml"


@pytest.fixture
def parties(app):
    """The clients of the file, by their identifiers."""
    with app.app_context(), unit_of_work():
        planned = applying.plan(applying.read(FILE), development=False)
        secrets = applying.apply(planned, development=False)
        uri = "https://localhost.emobix.co.uk:8443/test/a/idp/callback"
        return {name: RelyingParty(app, Portal(None, name, secret, uri)) for name, secret in secrets.items()}


def ids(page):
    return set(re.findall(r'\bid="([^"]+)"', page.text))


def test_its_clients_apply_and_are_given_tokens_without_pkce(app, parties, browser, lea):
    assert set(parties) == {"certification-1", "certification-2", "certification-post"}
    without = {"code_challenge": None, "code_challenge_method": None, "scope": "openid profile"}
    for name in ("certification-1", "certification-2"):
        party = parties[name]
        tokens = party.redeems(party.code_of(lea, browser, **without), code_verifier=None)
        assert party.checks(tokens)["sub"] == party.userinfo(tokens["access_token"])["sub"]


def test_a_person_with_a_telephone_has_every_standard_claim_of_the_metadata(app, parties, browser):
    with app.app_context():
        lea = a_member(mobile="+33612345678")
    party = parties["certification-1"]
    told = party.userinfo(party.tokens_of(lea, browser, scope="openid profile email phone")["access_token"]).body
    named = app.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).json["claims_supported"]
    ours = {"iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "sid", "at_hash", "organization"}
    assert set(told) == set(named) - ours


def test_a_program_finds_its_way_through_sign_in_sign_out_and_errors(browser, parties, lea):
    portal = parties["certification-1"].portal
    asked = {"scope": "openid", "display": "page"}
    assert {"page-title", "username", "password", "login-submit"} <= ids(browser.asks(portal, **asked))
    browser.submit(email=lea.email, password=lea.password)
    assert {"page-title", "logout-yes"} <= ids(browser.get("/end_session"))
    assert {"page-title", "error-code"} <= ids(browser.get("/authorize?client_id=unheard-of"))


def test_a_program_finds_its_way_through_consent(app, browser, lea):
    with app.app_context():
        firm = a_client(first_party=False)
    assert {"page-title", "consent-allow", "consent-deny"} <= ids(browser.signs_in(lea, firm))
