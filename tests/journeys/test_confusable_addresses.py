"""Addresses that look alike, at every field where one is typed: two mailboxes never meet, two spellings do (INP-1)."""

import pytest
from flask import Flask

from idp.accounts.opening.models import Opening
from idp.db import db
from tests.browser import Browser
from tests.builders import Member, Portal, an_account
from tests.idp.accounts.resets import asks, signs_in
from tests.mailbox import waiting
from tests.openings import opens, two_letters
from tests.rows import row

KARIM = "karim.sassi@example.org"
OTHERS = {
    "Kelvin sign": "\u212aarim.sassi@example.org",
    "long s": "karim.\u017fassi@example.org",
    "dotless i": "kar\u0131m.sassi@example.org",
    "dotted capital I": "KAR\u0130M.SASSI@EXAMPLE.ORG",
    "Cyrillic a": "k\u0430rim.sassi@example.org",
    "full-width k": "\uff4barim.sassi@example.org",
    "circled k": "\u24darim.sassi@example.org",
    "combining dot": "kari\u0307m.sassi@example.org",
    "soft hyphen": "karim\u00ad.sassi@example.org",
    "zero width": "karim\u200b.sassi@example.org",
    "right to left": "\u202ekarim.sassi@example.org",
    "quoted": '"karim.sassi"@example.org',
    "comment": "karim.sassi(x)@example.org",
    "two signs": "karim.sassi@example.org@evil.example",
    "two signs, ours last": "eve@evil.example@example.org",
    "two recipients": "karim.sassi@example.org,eve@evil.example",
    "another line": "karim.sassi@example.org\nBcc: eve@evil.example",
    "percent": "karim.sassi%example.org@evil.example",
    "full stop in Chinese": "karim.sassi@example\u3002org.evil.example",
    "domain beside": "karim.sassi@ex\u0430mple.org",
    "no dots": "karimsassi@example.org",
    "a tag": "karim.sassi+btp@example.org",
}
"""Mailboxes of somebody else, or of nobody."""
SAME = (
    "KARIM.SASSI@EXAMPLE.ORG",
    " Karim.Sassi@Example.Org ",
    "karim.sassi@\uff45xample.org",
    "karim.sassi@\u24d4xample.org",
)


@pytest.fixture
def karim(app: Flask) -> Member:
    with app.app_context():
        return an_account(email=KARIM)


def of_another(function: object) -> object:
    return pytest.mark.parametrize("typed", OTHERS.values(), ids=list(OTHERS))(function)


@row("INP-1")
@of_another
def test_nobody_signs_in_with_an_address_like_another(app: Flask, portal: Portal, karim: Member, typed: str):
    assert not signs_in(app, portal, typed, karim.password)
    assert signs_in(app, portal, KARIM, karim.password)


@row("INP-1")
@of_another
def test_nobody_is_sent_the_link_of_another(app: Flask, karim: Member, typed: str):
    asks(app, typed)
    assert waiting(app) == []


@row("INP-1")
@of_another
def test_nobody_opens_an_account_at_the_address_of_another(app: Flask, karim: Member, typed: str):
    browser = Browser(app)
    page = opens(browser, two_letters(app), typed)
    assert KARIM not in {mail.to for mail in waiting(app)}
    with app.app_context():
        openings = [one.canonical for one in db.session.query(Opening)]
    assert KARIM not in openings
    assert (page.status == 422) == (openings == [])


@row("INP-1")
@pytest.mark.parametrize("typed", SAME)
def test_every_spelling_of_one_mailbox_is_one_login_and_mail_goes_to_the_kept_one(
    app: Flask, portal: Portal, karim: Member, typed: str
):
    assert signs_in(app, portal, typed, karim.password)
    asks(app, typed)
    opens(Browser(app), two_letters(app), typed)
    assert [mail.to for mail in waiting(app)] == [KARIM, KARIM]
    assert "déjà" in waiting(app)[-1].text


@row("INP-1")
def test_dots_and_tags_are_other_mailboxes_and_may_have_accounts_of_their_own(app: Flask, portal: Portal):
    addresses = (KARIM, OTHERS["no dots"], OTHERS["a tag"])
    for number, email in enumerate(addresses):
        with app.app_context():
            an_account(email=email, password=f"Truelle-Verte-{number}")
    for number, email in enumerate(addresses):
        opened = [signs_in(app, portal, email, f"Truelle-Verte-{other}") for other in range(len(addresses))]
        assert opened == [other == number for other in range(len(addresses))]
