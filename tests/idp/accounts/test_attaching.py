"""A further company for an account: its two letters, asked as an opening asks for them."""

from datetime import timedelta

import pytest

from idp import clock
from idp.accounts.models import Membership
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, new_id
from idp.registry.models import EnrolmentCode
from tests.builders import a_member, an_account, an_organization, membership
from tests.companies import joins, named, signed_in
from tests.mailbox import mails_to
from tests.openings import identifies, two_letters
from tests.rows import row

ATTACH = "/organizations/attach"


@pytest.fixture
def letters(app):
    """Those of a company in the name of Inès Dubois."""
    return two_letters(app)


def types(browser, letters, **changes):
    browser.get(ATTACH)
    return browser.submit(**(letters.typed | changes))


def holds(app, account_id, organization_id):
    with app.app_context():
        return [one.holder for one in Membership.of(account_id, clock.now()) if one.organization_id == organization_id]


def test_the_letter_in_the_persons_own_name_is_attached_after_a_last_look(app, letters, lea):
    with app.app_context():
        held = named(letters.organization_id)
        held.holder_given_names, held.holder_family_name = "Léa", "Martin"
        site = an_organization(fund_id=held.fund_id, kind="site", parent_id=held.id).id
        db.session.commit()
    browser = signed_in(app, lea)
    page = types(browser, letters)
    assert "Toitures Boréales" in page.text
    assert "au nom de" not in page.text
    assert holds(app, lea.id, letters.organization_id) == []
    assert "Toitures Boréales" in browser.submit().text
    assert holds(app, lea.id, letters.organization_id) == holds(app, lea.id, site) == [True]
    with app.app_context():
        assert db.session.get(EnrolmentCode, letters.code_id).consumed_at is not None
        (event,) = db.session.query(AuditEvent).filter_by(event=Event.ORGANIZATION_ATTACHED)
        assert event.details == {"in_another_name": False, "other_holders": 0}


@row("TRS-5")
def test_a_letter_in_another_name_asks_for_a_word_and_shows_in_the_audit(app, letters, lea):
    browser = signed_in(app, lea)
    page = types(browser, letters)
    assert "Inès Dubois" in page.text
    page = browser.submit()
    assert page.status == 422
    assert "Cochez la case" in page.text
    assert holds(app, lea.id, letters.organization_id) == []
    browser.submit(is_mine="y")
    assert holds(app, lea.id, letters.organization_id) == [True]
    with app.app_context():
        (event,) = db.session.query(AuditEvent).filter_by(event=Event.ORGANIZATION_ATTACHED)
        assert (event.actor_id, event.details["in_another_name"]) == (lea.id, True)


@row("TRS-5")
def test_the_holders_who_are_there_are_told(app, letters, lea):
    paul = joins(app, letters.organization_id, "paul@example.org", holder=True)
    browser = signed_in(app, lea)
    types(browser, letters)
    browser.submit(is_mine="y")
    (told,) = mails_to(app, paul.who.email)
    assert "Léa Martin a ajouté" in told.text
    assert mails_to(app, lea.email) == []


@pytest.mark.parametrize("wrong", [{"code": "ZZZZZZZZ"}, {"number": "M99999"}, {"siret": "73282932000074"}], ids=str)
@row("TRS-4")
def test_whatever_is_wrong_the_answer_is_the_same_as_that_of_an_opening(app, letters, lea, browser, wrong):
    attaching = types(signed_in(app, lea), letters, **wrong)
    opening = identifies(browser, letters, **wrong)
    assert attaching.status == opening.status == 422
    assert "ne vont pas ensemble" in attaching.text
    assert "ne vont pas ensemble" in opening.text
    assert holds(app, lea.id, letters.organization_id) == []


def test_the_tries_are_those_of_an_opening(app, letters, lea, browser):
    for _ in range(10):
        identifies(browser, letters, code="ZZZZZZZZ")
    page = types(signed_in(app, lea), letters)
    assert page.status == 422
    assert "Trop d’essais" in page.text


def test_the_password_is_asked_for_again(app, letters, lea):
    browser = signed_in(app, lea)
    types(browser, letters)
    with clock.travel(timedelta(minutes=11)):
        assert "password" in browser.submit(is_mine="y").fields()
        assert "password" in browser.get(ATTACH).fields()
    assert holds(app, lea.id, letters.organization_id) == []


def test_letters_are_spent_by_whoever_comes_first(app, letters, lea):
    with app.app_context():
        noe = an_account(email="noe@example.org")
    hers, his = signed_in(app, lea), signed_in(app, noe)
    types(hers, letters)
    types(his, letters)
    his.submit(is_mine="y")
    assert hers.submit(is_mine="y").status == 410
    assert holds(app, lea.id, letters.organization_id) == []


@row("TRS-1")
def test_what_one_person_proved_is_nothing_to_another(app, letters, lea):
    hers = signed_in(app, lea)
    types(hers, letters)
    with app.app_context():
        eve = an_account(email="eve@example.org")
    his = signed_in(app, eve)
    assert his.get(hers.page.url).status == his.get(f"{ATTACH}/{new_id()}").status == 410
    assert holds(app, eve.id, letters.organization_id) == []


def test_what_was_proven_is_good_for_half_an_hour(app, letters, lea):
    browser = signed_in(app, lea)
    place = types(browser, letters).url
    with clock.travel(timedelta(minutes=29)):
        assert browser.get(place).status == 200
    with clock.travel(timedelta(minutes=31)):
        assert signed_in(app, lea).get(place).status == 410


def test_an_opening_of_the_same_letters_dies_of_it(app, letters, lea, browser):
    identifies(browser, letters)
    opening = browser.page.url
    hers = signed_in(app, lea)
    types(hers, letters)
    hers.submit(is_mine="y")
    assert opening.startswith("/opening/")
    assert "ne vont pas ensemble" in identifies(browser, letters).text


def test_a_company_that_is_held_is_still_closed_to_an_opening(app, letters, browser):
    with app.app_context():
        holder = a_member()
        membership(holder.id, letters.organization_id)
    assert "ne vont pas ensemble" in identifies(browser, letters).text
