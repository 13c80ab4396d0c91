"""Step 2: an address, a password, numbers; nothing unique is taken, and a mail leaves."""

import re

import pytest
from flask import Flask

from idp import clock
from idp.accounts.models import Account
from idp.accounts.opening.models import Opening
from idp.db import db
from idp.registry.models import FundText, Organization
from tests.browser import Browser, Page
from tests.builders import Portal
from tests.mailbox import mails_to
from tests.openings import (
    PASSWORD,
    SENT,
    STEP_1,
    STEP_2,
    activates,
    completes,
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


def test_the_page_that_follows_shows_the_address_in_full_and_the_mail_leads_to_activation(app: Flask):
    browser = Browser(app)
    page = opens(browser, two_letters(app), INES)
    assert (page.status, SENT in page.title) == (200, True)
    assert INES in page.text
    (mail,) = mails_to(app, INES)
    assert "Toitures Boréales" in mail.text
    assert newest_link(app, INES).startswith("/activation/")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "ines@@example"}, "incomplète ou mal écrite"),
        ({"email_again": "autre@example.org"}, "ne sont pas les mêmes"),
        ({"password": "court", "password_again": "court"}, "trop court"),
        ({"password_again": "Autre-Chose-58"}, "ne sont pas les mêmes"),
        ({"password": "Boreales-2026!", "password_again": "Boreales-2026!"}, "trop facile à deviner"),
        ({"password": "Dubois-Ines-58", "password_again": "Dubois-Ines-58"}, "trop facile à deviner"),
        ({"fixed": "123"}, "pas le bon nombre de chiffres"),
        ({"mobile": "01 99 00 12 34"}, "n’est pas celui d’un mobile"),
        ({"mobile": "+1 900 555 0100"}, "métropolitaine ou d’outre-mer"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(app: Flask, typed: dict[str, str], said: str):
    browser = Browser(app)
    identifies(browser, two_letters(app))
    page = completes(browser, INES, **typed)
    assert (page.status, said in page.text) == (422, True)
    kept = page.fields()
    assert kept["email"] == typed.get("email", INES)
    assert kept.get("password", "") == ""
    assert openings(app) == []
    assert mails_to(app, INES) == []


@row("OPN-11")
def test_two_spellings_of_one_address_are_the_same(app: Flask):
    browser = Browser(app)
    identifies(browser, two_letters(app))
    assert SENT in completes(browser, "Ines@Example.org", email_again="ines@example.ORG").title


@row("INP-2")
def test_the_person_reads_the_address_that_was_understood(app: Flask):
    browser = Browser(app)
    page = opens(browser, two_letters(app), "Ines@ⓔxample.org")
    assert "<bdi>Ines@example.org</bdi>" in page.text
    assert len(mails_to(app, INES)) == 1


@row("OPN-6")
def test_step_2_writes_an_opening_and_no_account_and_takes_nothing(app: Flask):
    letters = two_letters(app)
    opens(Browser(app), letters, INES)
    other = Browser(app)
    assert SENT in opens(other, two_letters(app), INES).title  # the address is not taken
    assert SENT in opens(Browser(app), letters, "another@example.org").title  # nor are the letters
    with app.app_context():
        assert db.session.query(Account).count() == 0
    activates(other, app, INES)
    with app.app_context():
        assert db.session.query(Account).count() == 1


@row("OPN-6")
def test_who_gave_up_at_any_step_begins_again_with_the_same_letters(app: Flask):
    letters = two_letters(app)
    identifies(Browser(app), letters)
    opens(Browser(app), letters, INES)
    browser = Browser(app)
    opens(browser, letters, INES)
    assert "Compte activé" in activates(browser, app, INES).title


@row("OPN-7")
def test_step_2_needs_the_first_one_in_the_same_browser(app: Flask):
    browser, other = Browser(app), Browser(app)
    page = identifies(browser, two_letters(app))
    assert other.get(page.url).status == 403
    assert "autre navigateur" in other.page.text
    other.get("/opening")
    typed = {"email": INES, "email_again": INES, "password": PASSWORD, "password_again": PASSWORD}
    assert other.post(page.url, other.page.fields() | typed).status == 403
    nobody = page.url[:-4] + "0000"
    assert browser.get(nobody).status == 410
    assert openings(app) == []


@row("OPN-7")
def test_an_empty_form_goes_nowhere_at_any_step(app: Flask):
    browser = Browser(app)
    token = browser.get("/opening").fields()["csrf_token"]
    assert browser.post("/opening", {"csrf_token": token}).status == 422
    page = identifies(browser, two_letters(app))
    url, token = page.url, page.fields()["csrf_token"]
    assert browser.post(url, {"csrf_token": token}).status == 422
    assert browser.post(url, {}).status == 400
    assert STEP_2 in browser.get(f"{url}/sent").title  # nothing was sent yet
    assert openings(app) == []


@row("OPN-9")
def test_before_activation_there_is_nobody_to_sign_in_or_to_reset(app: Flask, portal: Portal):
    opens(Browser(app), two_letters(app), INES)
    browser = Browser(app)
    browser.asks(portal)
    page = browser.submit(email=INES, password=PASSWORD)
    assert "Adresse mail ou mot de passe incorrect." in page.text
    browser.get("/password-reset")
    browser.submit(email=INES)
    assert [mail.subject for mail in mails_to(app, INES)] == ["Activez votre compte de l’espace sécurisé"]


@row("OPN-10")
def test_names_appear_once_step_1_is_proven_and_no_field_changes_them(app: Flask):
    browser, letters = Browser(app), two_letters(app)
    page = identifies(browser, letters, code="ZZZZ0000")
    assert "Dubois" not in page.text
    page = identifies(browser, letters)
    assert "Inès Dubois" in page.text
    assert {"given_names", "family_name"}.isdisjoint(page.fields())
    with app.app_context():
        other = str(db.session.query(Organization).first().fund_id)
    more = {"given_names": "Mallory", "family_name": "X", "civility": "M.", "organization_id": other}
    more |= {"email_verified": "1", "phone_verified": "1", "mobile_certified_at": "2026-01-01", "role": "admin"}
    more |= {"certified": "+262639981234", "holder": "1", "enrolment_code_id": other, "typed": "m@example.org"}
    completes(browser, INES, mobile="0639 98 12 34", **more)
    (opening,) = openings(app)
    assert (opening.given_names, opening.family_name, opening.typed) == ("Inès", "Dubois", INES)
    assert (opening.organization_id, opening.mobile_certified_at) == (letters.organization_id, None)


@row("OPN-13")
def test_a_corrected_address_leaves_the_first_link_dead(app: Flask):
    browser, letters = Browser(app), two_letters(app)
    page = opens(browser, letters, "inez@example.org")
    stranger = newest_link(app, "inez@example.org")
    browser.get(page.url.removesuffix("/sent"))
    assert browser.page.fields()["email"] == "inez@example.org"
    page = completes(browser, INES)
    assert INES in page.text
    assert "n’est plus valable" in _presses(browser, stranger).text
    assert "Compte activé" in activates(browser, app, INES).title


def _presses(browser: Browser, link: str) -> Page:
    browser.get(link)
    return browser.submit()


@row("LNK-8")
def test_three_mails_an_hour_and_the_last_one_received_works(app: Flask):
    browser = Browser(app)
    opens(browser, two_letters(app), INES)
    pages = set()
    for _ in range(10):
        page = browser.submit()
        pages.add(re.sub(r'value="[^"]+"', "", page.text))
    assert len(pages) == 1
    assert len(mails_to(app, INES)) == 3
    other = Browser(app)
    opens(other, two_letters(app), INES)  # another opening, the same mailbox
    assert len(mails_to(app, INES)) == 3
    assert "Compte activé" in activates(browser, app, INES).title


def test_the_mail_can_be_sent_again_while_the_opening_lives(app: Flask):
    browser = Browser(app)
    opens(browser, two_letters(app), INES)
    first = newest_link(app, INES)
    page = browser.submit()
    assert "un mail repart" in page.text
    assert newest_link(app, INES) != first
    assert "Compte activé" in _presses(browser, first).title


def test_the_address_of_a_whole_office_is_taken_with_a_word_of_warning(app: Flask):
    assert "celle de tout un bureau" in opens(Browser(app), two_letters(app), "compta@example.org").text
    assert "celle de tout un bureau" not in opens(Browser(app), two_letters(app), INES).text


def give_terms(app: Flask, organization_id: object, version: int) -> None:
    with app.app_context():
        fund_id = db.session.get(Organization, organization_id).fund_id
        text = {"title": "Conditions", "markdown": "…", "published_at": clock.now()}
        db.session.add(FundText(fund_id=fund_id, kind="terms", version=version, **text))
        db.session.commit()


@row("PRV-3")
def test_the_terms_are_accepted_by_a_tick_and_asked_again_when_they_changed_meanwhile(app: Flask):
    letters, browser = two_letters(app), Browser(app)
    give_terms(app, letters.organization_id, 1)
    identifies(browser, letters)
    assert "cochez la case" in completes(browser, INES).text
    give_terms(app, letters.organization_id, 2)
    shown = browser.page.fields()["terms_id"]
    page = completes(browser, INES, terms="y")
    assert "viennent de changer" in page.text
    assert "checked" not in page.text
    assert page.fields()["terms_id"] != shown
    assert SENT in completes(browser, INES, terms="y").title
    (opening,) = openings(app)
    assert opening.terms_id is not None
    assert opening.terms_accepted_at is not None


def test_a_member_that_ended_meanwhile_opens_nothing(app: Flask):
    letters, browser = two_letters(app), Browser(app)
    identifies(browser, letters)
    with app.app_context():
        db.session.get(Organization, letters.organization_id).closed_at = clock.now()
        db.session.commit()
    assert completes(browser, INES).status == 410
    assert STEP_1 in browser.get("/opening").title
