"""Another site makes a person's browser post to us, or shows our pages as its own (LOG-9, SES-6)."""

import pytest

from tests.browser import ISSUER
from tests.rows import row


@pytest.fixture
def sign_in_page(browser, portal, lea):
    """The sign-in page, and what the person would send from it."""
    page = browser.asks(portal)
    return page.url, page.fields() | {"email": lea.email, "password": lea.password}


@row("LOG-9")
def test_a_sign_in_form_without_its_token_is_refused(browser, sign_in_page):
    url, data = sign_in_page
    response = browser.client.post(url, data=data | {"csrf_token": ""}, base_url=ISSUER)
    assert response.status_code == 400
    assert browser.cookie("idp_session") is None


@row("LOG-9")
def test_a_token_of_another_browser_is_refused(app, browser, sign_in_page):
    url, data = sign_in_page
    stranger = app.test_client()
    response = stranger.post(url, data=data, base_url=ISSUER)
    assert response.status_code in (400, 403)
    assert stranger.get_cookie("idp_session", domain="localhost") is None


@row("LOG-9")
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "https://evil.example.org"},
        {"Origin": "http://localhost:8001"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_form_that_the_browser_says_is_anothers_is_refused_token_or_not(browser, sign_in_page, headers):
    url, data = sign_in_page
    response = browser.client.post(url, data=data, base_url=ISSUER, headers=headers)
    assert response.status_code == 403
    assert browser.cookie("idp_session") is None


@pytest.mark.parametrize(
    "headers",
    [{}, {"Origin": ISSUER}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}, {"Origin": "null"}],
)
def test_a_form_of_ours_is_taken(browser, sign_in_page, headers):
    url, data = sign_in_page
    assert browser.client.post(url, data=data, base_url=ISSUER, headers=headers).status_code == 303
