"""A double click, the back button, cookies that are refused, a form left open: a page one understands (C-30)."""

from datetime import timedelta

import pytest

from idp import clock
from tests.browser import Browser


@pytest.fixture
def typed(browser, portal, lea):
    """The page of the password, as the person filled it: where it goes, and what it says."""
    browser.asks(portal)
    return browser.page.url, browser.page.fields() | {"email": lea.email, "password": lea.password}


def understood(page) -> bool:
    """No error of ours, a title, and a way on: a link, a form, or the portal."""
    way_on = page.location is not None or "<a " in page.text or "<form" in page.text
    return page.status < 500 and way_on and (page.location is not None or bool(page.title))


def test_a_double_click_signs_in_once_and_breaks_nothing(browser, portal, typed):
    url, form = typed
    assert "code" in browser.post(url, form).answer
    assert understood(browser.post(url, form))
    assert "code" in browser.asks(portal, prompt="none").answer


def test_the_back_button_after_a_sign_out_shows_nothing_and_opens_nothing(browser, portal, typed):
    url, form = typed
    browser.post(url, form)
    inside = browser.get("/organizations")
    assert inside.status == 200
    assert inside.response.headers["Cache-Control"] == "no-store"
    browser.get("/end_session")
    browser.submit(choice="yes")
    assert understood(browser.get("/organizations"))
    assert 'name="password"' in browser.page.text
    assert browser.asks(portal, prompt="none").answer["error"] == "login_required"


def test_a_form_left_open_for_two_hours_says_so_and_leads_on(browser, typed):
    url, form = typed
    with clock.travel(timedelta(hours=2)):
        page = browser.post(url, form)
        assert understood(page)
        assert form["password"] not in page.text


def test_a_browser_that_refuses_cookies_is_told_and_not_sent_round_in_circles(app, portal, lea):
    browser = Browser(app)
    browser.client = app.test_client(use_cookies=False)
    page = browser.asks(portal)
    if page.fields():
        page = browser.submit(email=lea.email, password=lea.password)
    assert understood(page)
    assert page.location is None


def test_what_a_browser_fills_in_the_wrong_field_is_refused_in_words(browser, typed, lea):
    url, form = typed
    page = browser.post(url, form | {"email": lea.password, "password": lea.email})
    assert page.status == 422
    assert lea.email not in page.text, "what stands in the field of the password is never shown"
