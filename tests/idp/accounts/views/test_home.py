"""The page of the address that letters print."""

import pytest

from idp.registry.models import Fund
from tests.browser import Browser
from tests.builders import BACK, a_client, a_fund
from tests.counting import costs

SIGN_IN = "J’ai déjà un compte : me connecter"


@pytest.fixture
def a_fund_with_a_portal(app):
    """One more fund, whose members sign in at a portal of their own."""

    def make(name: str) -> Fund:
        with app.app_context():
            return a_fund(name=name, home_client_id=a_client().client_id)

    return make


def test_whoever_types_the_address_of_the_letters_may_open_an_account_or_ask_for_letters(browser: Browser):
    page = browser.get("/")
    assert page.status == 200
    for words, path in (
        ("Je crée mon espace sécurisé", "/opening"),
        ("Je n’ai pas reçu mes courriers", "/lost-letters"),
    ):
        assert words in page.text
        assert f'href="{path}"' in page.text
        assert browser.get(path).status == 200


def test_of_one_fund_the_page_wears_the_face_and_leads_to_its_portal(browser: Browser, a_fund_with_a_portal):
    a_fund_with_a_portal("Caisse du Val")
    page = browser.get("/")
    assert page.title == "Espace sécurisé – Caisse du Val"
    assert SIGN_IN in page.text
    assert f'href="{BACK}"' in page.text


def test_of_several_funds_one_chooses_its_own_to_sign_in(browser: Browser, a_fund_with_a_portal, app):
    a_fund_with_a_portal("Caisse du Val")
    a_fund_with_a_portal("Caisse des Rives")
    with app.app_context():
        a_fund(name="Caisse sans portail")
    page = browser.get("/")
    assert page.title == "Espace sécurisé – Réseau des caisses"
    assert page.text.index("Caisse des Rives") < page.text.index("Caisse du Val")
    assert page.text.count(f'href="{BACK}"') == 2
    assert "Caisse sans portail" not in page.text


def test_without_a_portal_nobody_is_led_to_one(browser: Browser, app):
    with app.app_context():
        a_fund()
    assert SIGN_IN not in browser.get("/").text


def test_the_page_asks_little_and_keeps_nothing(browser: Browser, a_fund_with_a_portal, app):
    a_fund_with_a_portal("Caisse du Val")
    browser.get("/")
    with costs(app) as counted:
        browser.get("/")
    assert (len(counted.statements), counted.commits, counted.trips) == (2, 0, 0), counted.statements
