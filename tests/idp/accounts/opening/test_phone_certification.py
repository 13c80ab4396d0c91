"""« Certifier »: a code by SMS, for the very number it was sent to."""

import re
from datetime import timedelta

from flask import Flask

from idp import clock
from idp.accounts.models import PhoneNumber
from idp.accounts.opening.models import Opening
from idp.db import db
from tests.browser import Browser, Page
from tests.mailbox import messages_to
from tests.openings import MOBILE, MOBILE_E164, STEP_2, activates, completes, identifies, two_letters
from tests.rows import row

INES = "ines@example.org"
OTHER, OTHER_E164 = "0639 98 43 21", "+262639984321"
BADGE = '<p class="badge" role="status"'


def code_sent_to(app: Flask, number: str = MOBILE_E164) -> str:
    (code,) = re.findall(r"#(\d{6})$", messages_to(app, number)[-1].text)
    return str(code)


def asks(browser: Browser, number: str = MOBILE, **typed: str) -> Page:
    return browser.submit(choice="certify", mobile=number, **typed)


def at_step_2(app: Flask) -> Browser:
    browser = Browser(app)
    assert STEP_2 in identifies(browser, two_letters(app)).title
    return browser


def certified_of(app: Flask) -> list[tuple[str | None, bool]]:
    with app.app_context():
        return [(one.mobile, one.mobile_certified_at is not None) for one in db.session.query(Opening)]


def test_the_code_of_the_sms_certifies_the_number_and_the_account_says_so(app: Flask):
    browser = at_step_2(app)
    page = asks(browser, email=INES)
    assert (page.status, page.fields()["email"]) == (200, INES)
    assert BADGE not in page.text
    page = browser.submit(choice="verify", code=code_sent_to(app))
    assert BADGE in page.text
    completes(browser, INES)
    activates(browser, app, INES)
    with app.app_context():
        (number,) = db.session.query(PhoneNumber)
        assert (number.kind, number.number) == ("mobile", MOBILE_E164)
        assert number.certified_at is not None


def test_a_code_that_is_typed_but_whose_button_is_not_clicked_certifies_too(app: Flask):
    browser = at_step_2(app)
    asks(browser)
    completes(browser, INES, code=code_sent_to(app))
    assert certified_of(app) == [(MOBILE_E164, True)]


def test_a_wrong_code_is_told_and_keeps_nobody_from_going_on_without(app: Flask):
    browser = at_step_2(app)
    asks(browser)
    page = browser.submit(choice="verify", code="000000")
    assert (page.status, "Ce code n’est pas le bon" in page.text) == (422, True)
    assert completes(browser, INES, code="000000").status == 422
    assert completes(browser, INES, code="").status == 200
    assert certified_of(app) == [(MOBILE_E164, False)]


@row("SMS-3")
def test_an_edited_number_is_not_certified(app: Flask):
    browser = at_step_2(app)
    asks(browser)
    page = browser.submit(choice="verify", code=code_sent_to(app))
    assert BADGE in page.text
    page = completes(browser, "not an address", mobile=OTHER)
    assert BADGE not in page.text
    completes(browser, INES, mobile=OTHER)
    assert certified_of(app) == [(OTHER_E164, False)]


@row("SMS-2", "SMS-3")
def test_a_code_sent_to_one_number_does_not_certify_the_one_that_is_typed_meanwhile(app: Flask):
    browser = at_step_2(app)
    asks(browser)
    code = code_sent_to(app)
    page = browser.submit(choice="verify", mobile=OTHER, awaiting=OTHER_E164, code=code)
    assert BADGE not in page.text
    completes(browser, INES, mobile=OTHER, awaiting=OTHER_E164, code="")
    assert certified_of(app) == [(OTHER_E164, False)]


@row("SMS-4")
def test_no_sms_leaves_before_step_1_is_proven(app: Flask):
    browser = Browser(app)
    identifies(browser, two_letters(app), code="ZZZZ0000")
    data = browser.page.fields() | {"mobile": MOBILE, "choice": "certify"}
    browser.post("/opening", data)
    browser.post("/opening/01a2143f-bd9f-75c2-a7f5-548e17051362", data)
    assert messages_to(app, MOBILE_E164) == []


@row("SMS-4")
def test_another_sms_leaves_after_a_moment_and_the_page_says_to_wait(app: Flask):
    browser = at_step_2(app)
    asks(browser)
    page = asks(browser)
    assert "Aucun autre SMS ne peut partir" in page.text
    assert len(messages_to(app, MOBILE_E164)) == 1
    with clock.travel(timedelta(seconds=31)):
        assert asks(browser).status == 200
    assert len(messages_to(app, MOBILE_E164)) == 2


@row("SMS-6")
def test_the_page_does_not_tell_that_others_have_certified_that_number(app: Flask):
    first = at_step_2(app)
    asks(first)
    first.submit(choice="verify", code=code_sent_to(app))
    completes(first, INES)
    activates(first, app, INES)
    pages = []
    for number in (MOBILE, OTHER):
        browser = at_step_2(app)
        with clock.travel(timedelta(minutes=1)):
            page = asks(browser, number)
        pages.append(re.sub(r'value="[^"]*"|fund-\d+|Exemple \d+', "", page.text))
    assert pages[0] == pages[1]
