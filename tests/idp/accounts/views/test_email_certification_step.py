"""On the way to a portal with an address to certify: the mail is asked for, and the way goes on."""

from datetime import timedelta

import pytest
from flask import Flask

from idp import clock
from idp.db import db
from tests.browser import Browser
from tests.builders import Member, Portal, a_client, a_member, the_account
from tests.mailbox import link_in, mails_to
from tests.rows import row

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
GRACE = 15 * DAY
STEP = "Confirmez votre adresse mail"


@pytest.fixture
def due(app: Flask, lea: Member) -> timedelta:
    """How long until her certification is due."""
    with app.app_context():
        due_at = the_account(lea).email.certification_due_at
    assert due_at is not None
    return due_at - clock.now()


@pytest.fixture
def asked(app: Flask, browser: Browser, lea: Member, portal: Portal) -> Browser:
    """Léa signed in, and her address, which was never certified, is in the way."""
    with app.app_context():
        the_account(lea).email.certified_at = None
        db.session.commit()
    browser.signs_in(lea, portal, state="kept")
    return browser


def certified_elsewhere(app: Flask, member: Member) -> None:
    elsewhere = Browser(app)
    elsewhere.get(link_in(mails_to(app, member.email)[-1]))
    assert "Merci" in elsewhere.submit().text


@row("LNK-13")
def test_within_the_grace_one_signs_in_unhindered(browser: Browser, lea: Member, portal: Portal, due: timedelta):
    with clock.travel(due + GRACE - SECOND):
        assert "code" in browser.signs_in(lea, portal).answer


@row("LNK-13")
def test_past_the_grace_the_way_to_the_portal_asks_first(browser: Browser, lea: Member, portal: Portal, due: timedelta):
    with clock.travel(due + GRACE):
        page = browser.signs_in(lea, portal)
    assert (STEP in page.text, lea.email in page.text) == (True, True)


@row("LNK-13")
def test_the_mail_certifies_in_any_browser_and_the_way_goes_on(app: Flask, asked: Browser, lea: Member):
    assert "Un mail est parti" in asked.submit(choice="send").text
    certified_elsewhere(app, lea)
    answer = asked.submit(choice="continue").answer
    assert (answer["state"], "code" in answer) == ("kept", True)


def test_to_open_the_page_again_goes_on_as_well(app: Flask, asked: Browser, lea: Member):
    asked.submit(choice="send")
    certified_elsewhere(app, lea)
    assert "code" in asked.get(asked.page.url).answer


def test_who_continues_too_early_is_told_what_to_do(asked: Browser):
    asked.submit(choice="send")
    early = asked.submit(choice="continue")
    assert (early.status, "pas encore confirmée" in early.text) == (422, True)
    assert "Un mail est parti" in early.text


def test_the_page_waits_for_the_mail_however_often_it_is_opened(asked: Browser):
    assert "Envoyer le mail" in asked.get(asked.page.url).text
    asked.submit(choice="send")
    assert "Continuer" in asked.get(asked.page.url).text


def test_mails_are_sent_up_to_the_budget_then_the_page_says_so_and_the_last_one_works(
    app: Flask, asked: Browser, lea: Member
):
    pages = [asked.submit(choice="send") for _ in range(4)]
    assert [page.status for page in pages] == [200, 200, 200, 422]
    assert "déjà envoyé plusieurs mails" in pages[-1].text
    assert len(mails_to(app, lea.email)) == 3
    certified_elsewhere(app, lea)


def test_another_account_may_go_on_instead(app: Flask, asked: Browser, lea: Member):
    with app.app_context():
        other = a_member()
    page = asked.submit(choice="change")
    assert 'type="password"' in page.text
    answer = asked.submit(email=other.email, password=other.password).answer
    assert (answer["state"], "code" in answer) == ("kept", True)


def test_the_same_account_comes_back_to_the_same_question(asked: Browser, lea: Member):
    asked.submit(choice="change")
    assert STEP in asked.submit(email=lea.email, password=lea.password).text


def test_another_person_in_the_same_journey_was_sent_no_mail(app: Flask, asked: Browser):
    asked.submit(choice="send")
    with app.app_context():
        other = a_member()
        the_account(other).email.certified_at = None
        db.session.commit()
    asked.submit(choice="change")
    page = asked.submit(email=other.email, password=other.password)
    assert ("Envoyer le mail" in page.text, other.email in page.text) == (True, True)


def test_who_signed_out_meanwhile_is_asked_who_they_are(asked: Browser):
    url = asked.page.url
    form = asked.page.fields()
    asked.client.delete_cookie("idp_session", domain="localhost")
    assert 'type="password"' in asked.get(url).text
    assert 'type="password"' in asked.post(url, form | {"choice": "send"}).text


def test_another_browser_has_no_part_in_it(app: Flask, asked: Browser):
    stranger = Browser(app).get(asked.page.url)
    assert "autre navigateur" in stranger.text


def test_a_portal_that_asks_silently_is_told_that_the_person_is_needed(asked: Browser, app: Flask):
    with app.app_context():
        portal = a_client()
    assert asked.asks(portal, prompt="none").answer["error"] == "interaction_required"


def test_a_form_without_its_token_sends_nothing(app: Flask, asked: Browser, lea: Member):
    assert asked.submit(choice="send", csrf_token="").status == 400
    assert mails_to(app, lea.email) == []
