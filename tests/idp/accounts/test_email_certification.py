"""An address is certified for a year; then mails ask, and later the way to the portal does."""

from datetime import timedelta

import pytest
from flask import Flask

from idp import clock
from idp.accounts import email_certification
from idp.db import db, new_id
from idp.settings import settings
from tests.browser import Browser
from tests.builders import Member, Portal, the_account
from tests.mailbox import link_in, mails_to
from tests.rows import row

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
GRACE = 15 * DAY
STEP = "Confirmez votre adresse mail"
YES = "Oui, cette adresse est bien la mienne"


@pytest.fixture
def due(app: Flask, lea: Member) -> timedelta:
    """How long until her certification is due."""
    return due_of(app, lea) - clock.now()


def due_of(app: Flask, member: Member):
    with app.app_context():
        found = the_account(member).email.certification_due_at
        assert found is not None
        return found


def set_due(app: Flask, member: Member, **changes: object) -> None:
    with app.app_context():
        for name, value in changes.items():
            setattr(the_account(member).email, name, value)
        db.session.commit()


@row("LNK-13")
def test_first_due_dates_are_spread_over_the_second_half_of_the_year(app: Flask):
    now = clock.now()
    with app.app_context():
        dues = [email_certification.first_due(new_id(), now) - now for _ in range(2400)]
        half = settings.email_certified_for / 2
    months = [int((due - half) / (half / 12)) for due in dues]
    assert min(dues) >= half
    assert max(dues) < 2 * half
    assert all(120 < months.count(month) < 290 for month in range(12))


def test_the_first_due_date_of_an_account_is_always_the_same(app: Flask):
    account_id, now = new_id(), clock.now()
    with app.app_context():
        first, again = (email_certification.first_due(account_id, now) for _ in range(2))
    assert first == again


@row("LNK-13")
def test_within_the_grace_one_signs_in_unhindered(app: Flask, browser: Browser, lea: Member, portal: Portal, due):
    with clock.travel(due + GRACE - SECOND):
        assert "code" in browser.signs_in(lea, portal).answer


@row("LNK-13")
def test_past_the_grace_the_way_to_the_portal_asks_first(
    app: Flask, browser: Browser, lea: Member, portal: Portal, due
):
    with clock.travel(due + GRACE + SECOND):
        page = browser.signs_in(lea, portal)
        assert STEP in page.text
        assert lea.email in page.text


def test_an_address_never_certified_asks_too(app: Flask, browser: Browser, lea: Member, portal: Portal):
    set_due(app, lea, certified_at=None)
    assert STEP in browser.signs_in(lea, portal).text


def test_a_portal_that_asks_silently_is_told_that_the_person_is_needed(
    app: Flask, browser: Browser, lea: Member, portal: Portal, due
):
    with clock.travel(due + GRACE + SECOND):
        browser.signs_in(lea, portal)
        assert browser.asks(portal, prompt="none").answer["error"] == "interaction_required"


@row("LNK-13")
def test_the_mail_asked_for_on_the_way_certifies_and_the_way_goes_on(
    app: Flask, browser: Browser, lea: Member, portal: Portal, due
):
    with clock.travel(due + GRACE + SECOND):
        browser.signs_in(lea, portal, state="kept")
        assert lea.email in browser.submit(choice="send").text
        early = browser.submit(choice="continue")
        assert (early.status, "pas encore confirmée" in early.text) == (422, True)
        (mail,) = mails_to(app, lea.email)
        elsewhere = Browser(app)
        assert YES in elsewhere.get(link_in(mail)).text
        assert "Merci" in elsewhere.submit().text
        answer = browser.submit(choice="continue").answer
        assert (answer["state"], "code" in answer) == ("kept", True)
        assert due_of(app, lea) == pytest.approx(clock.now() + 365 * DAY, abs=5 * SECOND)
