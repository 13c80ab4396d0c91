"""Who reads the mailbox of an offer and has no account opens one, and holds that one delegation."""

import pytest

from idp import clock
from idp.accounts.models import Account, Membership
from idp.db import db
from idp.delegations.mandates.models import Mandate, Wish
from tests.builders import an_account
from tests.companies import signed_in
from tests.delegating import COMPTA, does, offers, the_delegation
from tests.mailbox import link_in, mails_to
from tests.rows import row

CHOSEN = "Truelle-Verte-58"
NAMES = {"given_names": "Nour", "family_name": "El Amrani", "password": CHOSEN, "password_again": CHOSEN}


@pytest.fixture
def link(app, lea):
    """The link of an offer to a mailbox."""
    offers(signed_in(app, lea), lea.organization_id, documents="read", name="Cabinet Neuf", email=COMPTA)
    return link_in(mails_to(app, COMPTA, "delegations/offer")[-1])


def code_in(app):
    text = mails_to(app, COMPTA, "delegations/offer_code")[-1].text
    return next(word for word in text.split() if word.isdigit() and len(word) == 6)


def asks_for_a_code(browser, link):
    browser.get(link)
    return browser.submit(choice="open")


def nobody(app):
    with app.app_context():
        return Account.by_email(COMPTA) is None


@row("DLG-4")
def test_a_code_from_that_mailbox_opens_an_account_with_one_client(app, lea, link, browser):
    assert "Nous venons d’envoyer un code" in asks_for_a_code(browser, link).text
    page = browser.submit(code=code_in(app), **NAMES)
    assert page.url == "/delegations"
    assert "Cabinet non vérifié" in page.text
    with app.app_context():
        account = Account.by_email(COMPTA)
        assert [one.rights for one in Mandate.few(account.id, clock.now(), Wish())] == [["documents:read"]]
        assert db.session.query(Membership).filter_by(account_id=account.id).count() == 0
    assert browser.get(link).status == 410
    again = signed_in(app, type("Who", (), {"email": COMPTA, "password": CHOSEN}))
    assert "Maçonnerie" in again.get("/delegations").text


@row("DLG-4")
def test_the_link_without_the_mailbox_opens_nothing(app, link, browser):
    asks_for_a_code(browser, link)
    for guess in ("123456", "000000", "", "12345"):
        assert browser.submit(code=guess, **NAMES).status == 422 or guess == code_in(app)
    assert nobody(app)


@row("DLG-4")
def test_an_offer_taken_back_meanwhile_opens_nothing(app, lea, link, browser):
    asks_for_a_code(browser, link)
    does(signed_in(app, lea), the_delegation(app), "refuse")
    assert browser.submit(code=code_in(app), **NAMES).status == 410
    assert nobody(app)
    assert browser.get("/delegation-offer/account").status == 410


def test_a_mailbox_that_has_an_account_is_told_so(app, link, browser):
    with app.app_context():
        an_account(email=COMPTA)
    asks_for_a_code(browser, link)
    assert "a déjà un compte" in mails_to(app, COMPTA, "delegations/offer_code")[-1].text


def test_another_code_may_be_asked_for_and_a_wrong_form_keeps_what_was_typed(app, link, browser):
    asks_for_a_code(browser, link)
    browser.submit(choice="again")
    assert len(mails_to(app, COMPTA, "delegations/offer_code")) == 2
    page = browser.submit(code=code_in(app), **(NAMES | {"password_again": "other"}))
    assert page.status == 422
    assert page.fields()["family_name"] == "El Amrani"
    assert browser.submit(code=code_in(app), **NAMES).url == "/delegations"
