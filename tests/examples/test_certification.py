"""examples/certification: its clients apply, one person has every claim, and a program finds its way on our pages."""

import ast
import re
from pathlib import Path

import pytest

from idp.db import unit_of_work
from idp.oidc.clients import applying
from tests.browser import ISSUER
from tests.builders import Portal, a_client, a_member
from tests.relying_party import RelyingParty

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "examples" / "certification"
FILE = FOLDER / "clients.yaml"
LINES = [line.strip("| ").split(" | ") for line in (FOLDER / "lines.md").read_text().splitlines() if "::" in line]


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


def said_of(test):
    """The name of a test's file, and what it and its file say of themselves."""
    path, name = test.strip("`").split("::")
    tree = ast.parse((ROOT / path).read_text())
    (found,) = [one for one in tree.body if isinstance(one, ast.FunctionDef) and one.name == name]
    return f"{path} {ast.get_docstring(tree)} {ast.get_docstring(found)}"


@pytest.mark.parametrize(("line", "section", "test"), LINES, ids=[f"{section}: {line}" for line, section, _ in LINES])
def test_each_line_of_the_plans_has_its_test_which_quotes_its_section(line, section, test):
    said = " ".join(said_of(test).split())
    specification, number = re.fullmatch(r"(.+?)(?: ([\d.]+))?", section).groups()
    assert specification in said, said
    assert re.search(rf"(?<![\d.]){re.escape(number or '')}(?![\d]|\.\d)", said), said


def test_each_test_that_is_named_after_a_module_is_in_the_table():
    plan = (ROOT / "tests" / "protocol" / "test_basic_plan.py").read_text()
    named = {test.strip("`").split("::")[1] for _, _, test in LINES}
    assert set(re.findall(r"^def (test_oidcc_\w+)", plan, re.MULTILINE)) <= named
