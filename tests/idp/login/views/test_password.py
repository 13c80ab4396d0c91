"""The sign-in page."""

import pytest

from tests.browser import Browser
from tests.builders import Member, Portal


@pytest.fixture
def browser(house, portal) -> Browser:
    """One that stands on the sign-in page."""
    visitor = Browser(house)
    visitor.asks(portal)
    return visitor


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, ["Saisissez votre adresse mail.", "Saisissez votre mot de passe."]),
        ({"email": "lea@example.org"}, ["Saisissez votre mot de passe."]),
        ({"email": "x" * 321, "password": "x"}, ["Adresse trop longue."]),
        ({"email": "lea@example.org", "password": "x" * 513}, ["Mot de passe trop long."]),
    ],
)
def test_what_is_missing_or_too_long_is_said_and_costs_no_try(browser: Browser, typed: dict[str, str], said: list[str]):
    page = browser.submit(**typed)
    assert page.status == 422
    assert [sentence for sentence in said if sentence in page.text] == said
    assert browser.app.extensions["idp_passwords"].verifications == 0


def test_the_address_stays_and_the_password_does_not(browser: Browser, lea: Member):
    page = browser.submit(email=lea.email, password="Pas-le-bon-1")
    assert page.fields()["email"] == lea.email
    assert "Pas-le-bon-1" not in page.text


def test_the_portals_hint_is_a_prefill(house, portal: Portal):
    page = Browser(house).asks(portal, login_hint='"><script>@example.org')
    assert page.fields()["email"] == '"><script>@example.org'
    assert "<script>@" not in page.text


def test_who_comes_back_to_it_once_signed_in_goes_on_with_what_is_due(browser: Browser, portal: Portal, lea: Member):
    url = browser.asks(portal, prompt="consent").url
    due = browser.submit(email=lea.email, password=lea.password)
    assert "password" not in due.fields()
    assert browser.get(url).title == due.title


def test_whoever_forgot_the_password_or_has_no_account_yet_is_led_on_and_does_not_lose_the_portal(browser: Browser):
    journey_id = browser.page.url.split("/")[2]
    for words, path in (("Mot de passe oublié ?", "/password-reset"), ("Je crée mon espace sécurisé", "/opening")):
        assert words in browser.page.text
        assert f'href="{path}?journey_id={journey_id}"' in browser.page.text
    for path in ("/password-reset", "/opening"):
        assert browser.get(f"{path}?journey_id={journey_id}").status == 200
