"""`prompt=select_account` (OpenID Connect Core 3.1.2.1)."""

from idp.db import db
from idp.sessions.models import Session
from tests.browser import Browser
from tests.builders import Member, Portal


def test_it_is_a_page_with_one_session_too_and_going_on_asks_no_password(browser: Browser, portal: Portal, lea: Member):
    browser.signs_in(lea, portal)
    page = browser.asks(portal, prompt="select_account")
    assert page.status == 200
    assert lea.name in page.text
    assert lea.email in page.text
    assert "code" in browser.submit(choice="continue").answer


def test_another_person_may_sign_in_and_the_former_session_ends(
    browser: Browser, portal: Portal, lea: Member, karim: Member
):
    browser.signs_in(lea, portal)
    browser.asks(portal, prompt="select_account")
    page = browser.submit(choice="change")
    assert "password" in page.fields()
    assert "code" in browser.submit(email=karim.email, password=karim.password).answer
    with browser.app.app_context():
        assert Session.of(lea.id) == []
        assert len(Session.of(karim.id)) == 1
        db.session.rollback()


def test_to_change_ones_mind_ends_nothing(browser: Browser, portal: Portal, lea: Member):
    browser.signs_in(lea, portal)
    browser.asks(portal, prompt="select_account")
    browser.submit(choice="change")
    assert "code" in browser.asks(portal, prompt="none").answer


def test_who_signs_in_here_and_now_has_chosen(browser: Browser, portal: Portal, lea: Member):
    page = browser.asks(portal, prompt="select_account")
    assert "password" in page.fields()
    assert "code" in browser.submit(email=lea.email, password=lea.password).answer


def test_it_is_asked_once_a_journey_and_again_in_the_next(browser: Browser, portal: Portal, lea: Member):
    browser.signs_in(lea, portal)
    browser.asks(portal, prompt="select_account")
    browser.submit(choice="continue")
    assert browser.asks(portal, prompt="select_account").status == 200


def test_signed_out_meanwhile_the_choice_becomes_a_sign_in(browser: Browser, portal: Portal, lea: Member):
    browser.signs_in(lea, portal)
    url = browser.asks(portal, prompt="select_account").url
    browser.client.delete_cookie("idp_session", domain="localhost")
    assert "password" in browser.get(url).fields()


def test_a_choice_is_of_the_person_who_was_shown(browser: Browser, portal: Portal, lea: Member, karim: Member):
    browser.signs_in(lea, portal)
    shown = browser.asks(portal, prompt="select_account")
    browser.asks(portal, prompt="login")  # in another tab
    browser.submit(email=karim.email, password=karim.password)
    page = browser.post(shown.url, shown.fields() | {"choice": "continue"})
    assert page.location is None
    assert karim.email in page.text
