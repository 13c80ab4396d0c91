"""Step 2 with an address that has an account: the same page, another mail, and nothing of it changes (OPN-8)."""

import re

from flask import Flask

from idp.accounts.models import Account
from idp.accounts.opening.models import Opening
from idp.db import db
from tests.browser import Browser, Page
from tests.builders import PASSWORD as OLD_PASSWORD
from tests.builders import an_account
from tests.counting import costs
from tests.mailbox import mails_to
from tests.openings import (
    PASSWORD,
    SENT,
    activates,
    completes,
    follows_link,
    identifies,
    newest_link,
    opens,
    two_letters,
)
from tests.rows import row

INES = "ines@example.org"


def openings(app: Flask) -> list[Opening]:
    with app.app_context():
        return db.session.query(Opening).all()


def taken(app: Flask, email: str) -> tuple[Page, Browser]:
    browser = Browser(app)
    return opens(browser, two_letters(app), email, fixed="01 99 00 12 34", mobile="0639 98 12 34"), browser


@row("OPN-8")
def test_an_address_that_has_an_account_gets_the_same_page_and_another_mail(app: Flask):
    with app.app_context():
        lea = an_account(email="lea@example.org")
        before = {name: getattr(db.session.get(Account, lea.id), name) for name in Account.__mapper__.columns.keys()}  # noqa: SIM118 - a collection of columns
    known, browser = taken(app, lea.email)
    unknown, _ = taken(app, "new@example.org")
    alike = [re.sub(r'fund-\d+|Exemple \d+|value="[^"]+"|/opening/[0-9a-f-]+|[a-z]+@example.org', "", page.text)
             for page in (known, unknown)]  # fmt: skip
    assert alike[0] == alike[1]
    (mail,) = mails_to(app, lea.email)
    assert "a déjà un compte" in mail.text
    assert newest_link(app, lea.email) == "/"
    for name in ("given_names", "family_name", "password_hash", "mobile", "fixed", "civility"):
        assert not getattr(openings(app)[0], name), name
    with app.app_context():
        after = db.session.get(Account, lea.id)
        assert {name: getattr(after, name) for name in before} == before
    corrected = browser.get(known.url.removesuffix("/sent"))
    assert corrected.fields()["fixed"] == "+33199001234"  # as for any other address


@row("OPN-8")
def test_the_letters_of_who_typed_a_known_address_stay_good(app: Flask):
    with app.app_context():
        an_account(email="lea@example.org")
    letters, browser = two_letters(app), Browser(app)
    opens(browser, letters, "lea@example.org")
    opens(browser, letters, INES)
    assert "Compte activé" in activates(browser, app, INES).title


@row("OPN-8")
def test_a_known_address_costs_what_another_does(any_app: Flask):
    prices = set()
    with any_app.app_context():
        an_account(email="lea@example.org")
    for email in ("lea@example.org", "new@example.org"):
        browser = Browser(any_app)
        page = identifies(browser, two_letters(any_app))
        typed = {"email": email, "email_again": email, "password": PASSWORD, "password_again": PASSWORD}
        with costs(any_app) as price:
            browser.client.post(page.url, data=page.fields() | typed, base_url="http://localhost:8000")
        prices.add((len(price.statements), price.trips))
    assert len(prices) == 1, prices


def test_the_former_password_of_an_account_is_no_clue(app: Flask):
    """The password typed for an address that has an account is judged as any other, and kept nowhere."""
    with app.app_context():
        an_account(email="lea@example.org")
    browser = Browser(app)
    identifies(browser, two_letters(app))
    assert SENT in completes(browser, "lea@example.org", password=OLD_PASSWORD, password_again=OLD_PASSWORD).title
    assert follows_link(browser, app, "lea@example.org").url == "/"
