"""A journey goes on in the browser that began it, one a tab; a dead one offers to begin again."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from idp import clock
from idp.audit.models import AuditEvent
from idp.db import db
from tests import builders
from tests.browser import Browser, Page
from tests.builders import BACK, Member, Portal
from tests.rows import row


@pytest.fixture
def stranger(app: Flask) -> Browser:
    """Another browser."""
    return Browser(app)


def way_back(page: Page) -> str | None:
    """Where « Reprendre » leads."""
    found = re.search(r'href="([^"]*)"[^>]*>\s*Reprendre', page.text)
    return found and found[1]


@row("SES-4")
def test_a_journey_opened_in_another_browser_does_not_go_on_there(
    app: Flask, browser: Browser, stranger: Browser, portal: Portal, lea: Member
):
    url = browser.asks(portal).url
    page = stranger.get(url)
    assert page.status == 403
    assert "autre navigateur" in page.text
    assert way_back(page) == BACK
    with app.app_context():
        refused = select(AuditEvent.reason).where(AuditEvent.event == "audit:refused:suspicious")
        assert db.session.scalars(refused).all() == ["JourneyForeign"]
    assert "code" in browser.submit(email=lea.email, password=lea.password).answer


@row("SES-4")
def test_another_browser_can_neither_submit_nor_resume_it(
    browser: Browser, stranger: Browser, portal: Portal, lea: Member
):
    url = browser.asks(portal).url
    data = stranger.asks(portal).fields() | {"email": lea.email, "password": lea.password}
    assert stranger.post(url, data).status == 403
    assert stranger.get(url.split("/password")[0]).status == 403
    assert stranger.cookie("idp_session") is None


@row("SES-4")
def test_a_browser_that_forged_its_name_is_another_browser(browser: Browser, portal: Portal):
    url = browser.asks(portal).url
    name = browser.cookie("idp_browser")
    forged = name.translate(str.maketrans({name[0]: "x" if name[0] != "x" else "y"}))
    browser.client.set_cookie("idp_browser", forged, domain="localhost")
    assert browser.get(url).status == 403


def test_an_expired_journey_says_so_and_leads_back_to_its_portal(browser: Browser, portal: Portal):
    url = browser.asks(portal).url
    with clock.travel(timedelta(minutes=31)):
        page = browser.get(url)
    assert page.status == 410
    assert way_back(page) == BACK


def test_one_that_expired_under_a_form_does_too(browser: Browser, portal: Portal, lea: Member):
    browser.asks(portal)
    with clock.travel(timedelta(minutes=31)):
        page = browser.submit(email=lea.email, password=lea.password)
    assert page.status == 410
    assert way_back(page) == BACK
    assert browser.cookie("idp_session") is None


def test_a_finished_journey_is_not_begun_again_by_its_address(browser: Browser, portal: Portal, lea: Member):
    url = browser.asks(portal).url
    browser.submit(email=lea.email, password=lea.password)
    assert browser.get(url).status == 410


@pytest.mark.parametrize("hint", ["", "portal", "InBvcnRhbC0xIg.awccvA.forged", "https://evil.example.org"])
def test_nobody_else_says_where_the_way_back_leads(browser: Browser, portal: Portal, hint: str):
    path = browser.asks(portal).url.split("?")[0]
    with clock.travel(timedelta(minutes=31)):
        page = browser.get(f"{path}?portal={hint}")
    assert page.status == 410
    assert way_back(page) is None


def test_two_tabs_never_disturb_each_other(app: Flask, browser: Browser, portal: Portal, lea: Member):
    with app.app_context():
        other = builders.a_client(redirect_uris=("https://other.example.org/callback",))
    first, second = browser.asks(portal), browser.asks(other)
    assert first.url != second.url
    data = first.fields() | {"email": lea.email, "password": lea.password}
    assert browser.post(first.url, data).location.startswith(portal.redirect_uri)
    page = browser.get(second.url)  # signed in meanwhile: no second password
    assert page.location.startswith("https://other.example.org/callback")
