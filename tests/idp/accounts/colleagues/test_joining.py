"""The link of an invitation: the matrix of who opens it, when, and what comes of it."""

from datetime import timedelta

import pytest

from idp import clock
from idp.accounts.colleagues.models import Invitation
from idp.accounts.models import Account, Membership
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db
from tests.builders import an_account, an_organization, membership
from tests.companies import INVITED, invites, named, newest_invitation, signed_in
from tests.mailbox import mails_to
from tests.rows import row

CHOSEN = "Truelle-Verte-58"
NAMES = {"given_names": "Nour", "family_name": "El Amrani", "password": CHOSEN, "password_again": CHOSEN}


@pytest.fixture
def nour(app):
    """A person who has an account with the invited address."""
    with app.app_context():
        return an_account(email=INVITED)


@pytest.fixture
def link(app, lea):
    """The link of an invitation to Léa's company."""
    invites(signed_in(app, lea), lea.organization_id)
    return newest_invitation(app)


def links_of(app, email=INVITED):
    with app.app_context():
        account = Account.by_email(email)
        return [(one.holder, one.rights) for one in Membership.of(account.id, clock.now())] if account else None


def code_in(app):
    text = mails_to(app, INVITED, "accounts/invitation_code")[-1].text
    return next(word for word in text.split() if word.isdigit() and len(word) == 6)


def asks_for_a_code(browser, link):
    browser.get(link)
    return browser.submit(choice="open")


def test_who_has_an_account_signs_in_and_accepts(app, lea, nour, link, browser):
    page = browser.get(link)
    assert "Léa Martin" in page.text
    assert page.url == "/invitation"
    browser.submit(choice="sign-in")
    page = browser.submit(email=nour.email, password=nour.password)
    assert page.url.endswith("/invitation")
    page = browser.submit()
    assert page.url == "/organizations"
    assert "Vous avez un accès limité" in page.text
    assert links_of(app) == [(False, ["documents:read"])]
    with app.app_context():
        (made,) = db.session.query(Membership).filter_by(account_id=nour.id)
        assert made.invited_by_id == lea.id
        (event,) = db.session.query(AuditEvent).filter_by(event=Event.INVITATION_ACCEPTED)
        assert event.subject_id == nour.id
    (told,) = mails_to(app, lea.email, "accounts/people_changed")
    assert "a accepté une invitation" in told.text


def test_who_has_none_opens_one_with_a_code_sent_to_that_mailbox(app, link, browser):
    asks_for_a_code(browser, link)
    page = browser.submit(code=code_in(app), **NAMES)
    assert page.url == "/organizations"
    assert "Nour El Amrani" in page.text
    assert links_of(app) == [(False, ["documents:read"])]
    again = signed_in(app, type("Who", (), {"email": INVITED, "password": CHOSEN}))
    assert "Vous avez un accès limité" in again.get("/organizations").text


@row("TRS-5")
def test_the_link_without_the_mailbox_opens_nothing(app, link, browser):
    asks_for_a_code(browser, link)
    for guess in ("123456", "000000", "", "12345"):
        page = browser.submit(code=guess, **NAMES)
        assert page.status == 422
    assert links_of(app) is None


@row("TRS-5")
def test_a_code_is_tried_five_times_and_no_more(app, link, browser):
    asks_for_a_code(browser, link)
    right = code_in(app)
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(settings_of(app).sms_code_tries):
        browser.submit(code=wrong, **NAMES)
    assert browser.submit(code=right, **NAMES).status == 422
    assert links_of(app) is None


def settings_of(app):
    return app.extensions["settings"]


@row("TRS-5")
def test_a_forwarded_link_gives_nothing_to_who_is_signed_in_with_another_address(app, link):
    with app.app_context():
        eve = an_account(email="eve@example.org")
    browser = signed_in(app, eve)
    page = browser.get(link)
    assert "Cette invitation est pour l’adresse" in page.text
    page = browser.submit(choice="accept")
    assert "Cette invitation est pour l’adresse" in page.text
    assert links_of(app, eve.email) == []
    with app.app_context():
        assert db.session.query(AuditEvent).filter_by(event=Event.INVITATION_REFUSED).one().reason == "elsewhere"


def test_who_is_signed_in_with_another_address_may_change(app, lea, nour, link):
    browser = signed_in(app, lea)
    browser.get(link)
    browser.submit(choice="change")
    browser.submit(choice="sign-in")
    browser.submit(email=nour.email, password=nour.password)
    browser.submit()
    assert links_of(app) == [(False, ["documents:read"])]


@row("TRS-5")
def test_an_address_that_is_not_certified_any_more_accepts_nothing(app, nour, link):
    browser = signed_in(app, nour)
    with app.app_context():
        account = Account.by_email(INVITED)
        account.email.certified_at = None
        db.session.commit()
    browser.get(link)
    browser.submit()
    assert links_of(app) == []


@pytest.mark.parametrize("place", [-1, -10, -43])
@row("TRS-5")
def test_an_altered_link_is_none(app, nour, link, place):
    secret = link.rpartition("/")[2]
    altered = list(secret)
    altered[place] = "A" if altered[place] != "A" else "B"
    browser = signed_in(app, nour)
    assert browser.get(f"/invitation/{''.join(altered)}").status == 410
    assert links_of(app) == []


@row("TRS-5")
def test_a_link_is_used_once(app, lea, nour, link):
    browser, late = signed_in(app, nour), signed_in(app, nour)
    browser.get(link)
    late.get(link)
    browser.submit()
    assert late.submit().status == 410
    assert browser.get(link).status == 410
    assert links_of(app) == [(False, ["documents:read"])]


@pytest.mark.parametrize(("late", "given"), [(-60, [(False, ["documents:read"])]), (0, []), (1, [])])
@row("TRS-5")
def test_an_invitation_ends_to_the_second(app, nour, link, late, given):
    with app.app_context():
        (ends_at,) = db.session.scalars(db.select(Invitation.expires_at))
    with clock.travel(to=ends_at + timedelta(seconds=late)):
        browser = signed_in(app, nour)
        browser.get(link)
        browser.submit()
    assert links_of(app) == given


@row("TRS-5")
def test_it_is_worth_what_its_writer_is_still(app, lea, nour, link):
    with app.app_context():
        for one in db.session.query(Membership).filter_by(account_id=lea.id):
            one.holder = False
        db.session.commit()
    assert signed_in(app, nour).get(link).status == 410


def test_nor_does_it_open_a_company_that_is_closed(app, lea, nour, link):
    with app.app_context():
        named(lea.organization_id).closed_at = clock.now()
        db.session.commit()
    assert signed_in(app, nour).get(link).status == 410


def test_it_takes_nothing_away_from_who_is_there_meanwhile(app, lea, nour, link):
    with app.app_context():
        membership(nour.id, lea.organization_id)
    browser = signed_in(app, nour)
    browser.get(link)
    browser.submit()
    assert [holder for holder, _ in links_of(app)] == [True]


def test_whoever_has_an_account_is_told_so_by_mail_and_nowhere_else(app, nour, link, browser):
    page = asks_for_a_code(browser, link)
    assert page.url == "/invitation/account"
    (mail,) = mails_to(app, INVITED, "accounts/invitation_code")
    assert "a déjà un compte" in mail.text
    assert not any(word.isdigit() and len(word) == 6 for word in mail.text.split())
    assert browser.submit(code="123456", **NAMES).status == 422


def test_another_code_takes_the_place_of_the_first(app, link, browser):
    asks_for_a_code(browser, link)
    first = code_in(app)
    browser.submit(choice="again")
    assert browser.submit(code=first, **NAMES).status == 422 or first == code_in(app)
    assert browser.submit(code=code_in(app), **NAMES).url == "/organizations"


def test_what_is_wrong_in_the_form_is_said_and_costs_no_try(app, link, browser):
    asks_for_a_code(browser, link)
    page = browser.submit(code=code_in(app), **(NAMES | {"family_name": "", "password_again": "other"}))
    assert page.status == 422
    assert "Saisissez votre nom." in page.text
    assert "ne sont pas les mêmes" in page.text
    assert browser.submit(code=code_in(app), **NAMES).url == "/organizations"


def test_a_guessable_password_is_refused_here_too(app, link, browser):
    asks_for_a_code(browser, link)
    weak = {"password": "Maçonnerie1!", "password_again": "Maçonnerie1!"}
    assert browser.submit(code=code_in(app), **(NAMES | weak)).status == 422


@row("TRS-5")
def test_a_link_to_a_member_opens_none_of_its_sites(app, lea, nour, link):
    with app.app_context():
        fund_id = named(lea.organization_id).fund_id
        site = an_organization(fund_id=fund_id, kind="site", parent_id=lea.organization_id, name="Chantier Nord")
        membership(lea.id, site.id)
        place = f"/organizations/{site.id}/leave"
    browser = signed_in(app, nour)
    browser.get(link)
    assert "Chantier Nord" not in browser.submit().text
    assert browser.get(place).status == 404


@row("LNK-2", "LNK-14")
def test_a_link_that_is_only_opened_does_nothing_and_its_page_asks_for_no_password(app, nour, link, browser):
    for _ in range(10):
        page = browser.get(link)
    assert 'type="password"' not in page.text
    assert 'type="password"' not in browser.submit().text
    assert links_of(app) == []
    assert len(mails_to(app, INVITED)) == 1


def test_without_a_link_there_is_nothing_to_accept(app, lea):
    browser = signed_in(app, lea)
    for path in ("/invitation", "/invitation/account"):
        assert browser.get(path).status == 410
        assert browser.submit().status in (400, 410)
