"""The page behind the mail: one button, in any browser, and nothing else is asked or given."""

from datetime import timedelta

import pytest
from flask import Flask

from idp import clock
from idp.accounts import email_certification
from idp.accounts.models import EmailAddress
from idp.db import db, unit_of_work
from tests.browser import Browser
from tests.builders import BACK, Member, a_client, a_fund, the_account
from tests.counting import costs
from tests.mailbox import link_in, mails_to
from tests.rows import row

YES = "Oui, cette adresse est bien la mienne"


@pytest.fixture
def link(app: Flask, lea: Member) -> str:
    """Léa, of a fund with a portal, was sent the mail."""
    with app.app_context():
        fund = a_fund(name="Caisse du Val", home_client_id=a_client().client_id)
        the_account(lea).fund_id = fund.id
        db.session.commit()
        with unit_of_work():
            address = EmailAddress.live(lea.id)
            assert address is not None
            email_certification.send(address, urgent=False)
        return link_in(mails_to(app, lea.email)[0])


def test_one_button_and_the_way_to_the_portal(browser: Browser, lea: Member, link: str):
    assert YES in browser.get(link).text
    thanks = browser.submit()
    assert (thanks.status, lea.email in thanks.text) == (200, True)
    assert "Caisse du Val" in thanks.text
    assert f'href="{BACK}"' in thanks.text.replace("&amp;", "&")


@row("LNK-4")
def test_the_button_opens_no_session_and_asks_no_password(browser: Browser, link: str):
    pages = [browser.get(link).text, browser.submit().text]
    assert not any('type="password"' in page for page in pages)
    assert browser.cookie("idp_session") is None
    assert {cookie.key for cookie in browser.client._cookies.values()} == {"idp_form", "idp_link-email-certification"}


def test_the_page_and_its_link_touch_no_store(app: Flask, browser: Browser, link: str):
    with costs(app) as counted:
        browser.get(link)
        browser.get("/email-certification")
    assert (counted.statements, counted.commits, counted.trips) == ([], 0, 0)


def test_a_second_click_says_that_it_is_done(browser: Browser, link: str):
    browser.get(link)
    browser.submit()
    browser.get(link)
    again = browser.submit()
    assert (again.status, "déjà" in again.text) == (200, True)


def test_a_link_that_is_dead_says_what_to_do(browser: Browser):
    browser.get(f"/email-certification/{'x' * 43}")
    dead = browser.submit()
    assert (dead.status, "Ce lien ne fonctionne plus" in dead.text) == (410, True)


def test_who_does_not_come_from_the_mail_is_sent_back_to_it(browser: Browser):
    assert "Rouvrez le mail" in browser.get("/email-certification").text


def test_a_button_pressed_too_late_sends_back_to_the_mail_where_it_works_again(browser: Browser, link: str):
    browser.get(link)
    with clock.travel(timedelta(minutes=16)):
        assert "Rouvrez le mail" in browser.submit().text
        browser.get(link)
        assert "Merci" in browser.submit().text


def test_what_is_too_long_for_a_secret_is_no_page(browser: Browser):
    assert browser.get(f"/email-certification/{'x' * 65}").status == 404
