"""Step 3: the link of the mail makes the account, once; nobody else's mailbox does."""

from datetime import timedelta

from flask import Flask

from idp import clock
from idp.accounts.models import RIGHTS, Account, Membership, TermsAcceptance
from idp.accounts.opening.models import Opening
from idp.db import db
from idp.proofs.models import Proof
from idp.registry.models import EnrolmentCode, Fund, FundText, Organization
from tests.browser import Browser, Page
from tests.builders import Portal, a_client, an_account, an_organization
from tests.openings import (
    ACTIVATE,
    ACTIVATED,
    PASSWORD,
    Letters,
    activates,
    completes,
    follows_link,
    identifies,
    invented,
    newest_link,
    opens,
    two_letters,
)
from tests.rows import row

INES = "ines@example.org"
SECOND = timedelta(seconds=1)
OVER, DONE, OPENED = "n’est plus valable", "C’est déjà fait", "est déjà ouvert"


def accounts(app: Flask) -> list[str]:
    with app.app_context():
        return [account.email.canonical for account in db.session.query(Account).order_by(Account.id)]


def presses(browser: Browser, link: str, password: str = "") -> Page:
    """Open a link and press its button, with a password where one is asked for."""
    browser.get(link)
    return browser.submit(**({"password": password} if password else {}))


def test_one_click_in_the_browser_of_step_2_opens_the_account_and_signs_in(app: Flask):
    letters, browser = two_letters(app), Browser(app)
    opens(browser, letters, INES, fixed="01 99 00 12 34")
    page = follows_link(browser, app, INES)
    assert (ACTIVATE in page.title, page.url) == (True, "/activation")
    assert "password" not in page.fields()
    page = browser.submit()
    assert ACTIVATED in page.title
    assert "Inès Dubois" in page.text
    with app.app_context():
        account = Account.by_email(INES)
        assert (account.name, account.civility, account.locale) == ("Inès Dubois", "Mme", "fr")
        assert account.email.certified_at == account.activated_at
        assert account.email.certification_due_at > account.activated_at + timedelta(days=180)
        assert [number.number for number in account.phones] == ["+33199001234"]
        (held,) = Membership.of(account.id, clock.now())
        assert (held.organization_id, held.holder, held.rights) == (letters.organization_id, True, list(RIGHTS))
        assert account.fund_id == Organization.by_id(letters.organization_id).fund_id


def test_who_activated_signs_in_with_the_address_and_the_password(app: Flask, portal: Portal):
    browser = Browser(app)
    opens(browser, two_letters(app), INES)
    activates(browser, app, INES)
    other = Browser(app)
    other.asks(portal)
    assert "code" in other.submit(email=INES, password=PASSWORD).answer


def test_a_holder_is_linked_to_the_open_sites_of_the_member(app: Flask):
    letters, browser = two_letters(app), Browser(app)
    with app.app_context():
        site = {"kind": "site", "parent_id": letters.organization_id}
        an_organization(**invented(2) | site)
        an_organization(**invented(3) | site | {"closed_at": clock.now()})
    opens(browser, letters, INES)
    activates(browser, app, INES)
    with app.app_context():
        assert len(Membership.of(Account.by_email(INES).id, clock.now())) == 2


@row("OPN-6")
def test_the_code_is_spent_by_the_activation_and_not_before(app: Flask):
    letters, browser = two_letters(app), Browser(app)
    opens(browser, letters, INES)
    assert spent(app, letters) is False
    activates(browser, app, INES)
    assert spent(app, letters) is True
    assert "ne vont pas ensemble" in identifies(Browser(app), letters).text


def spent(app: Flask, letters: Letters) -> bool:
    with app.app_context():
        return db.session.get(EnrolmentCode, letters.code_id).consumed_at is not None


@row("OPN-6", "OPN-9")
def test_the_other_openings_of_that_code_and_of_that_address_die(app: Flask):
    letters, winner = two_letters(app), Browser(app)
    same_code, same_address = Browser(app), Browser(app)
    opens(same_code, letters, "hijacker@example.org")
    opens(same_address, two_letters(app), INES)
    opens(winner, letters, INES)
    winning = newest_link(app, INES)
    assert ACTIVATED in presses(winner, winning).title
    assert OVER in presses(same_code, newest_link(app, "hijacker@example.org")).text
    with app.app_context():
        assert [one.canonical for one in db.session.query(Opening)] == [INES]
        assert [one.password_hash for one in db.session.query(Opening)] == [""]
        assert db.session.query(Proof).filter_by(purpose="activation", claimed_at=None).count() == 0
    assert accounts(app) == [INES]


@row("OPN-6")
def test_an_opening_dies_by_itself_after_a_week(app: Flask):
    browser = Browser(app)
    opens(browser, two_letters(app), INES)
    with clock.travel(timedelta(days=7) - SECOND):
        assert "Consultez vos mails" in browser.submit().title  # sent again
        link = newest_link(app, INES)
    with clock.travel(timedelta(days=7) + SECOND):
        assert OVER in presses(browser, link).text
        opens(Browser(app), two_letters(app), "another@example.org")
    with app.app_context():
        assert [one.canonical for one in db.session.query(Opening)] == ["another@example.org"]
    assert accounts(app) == []


@row("LNK-4")
def test_an_activation_link_lives_a_day_and_another_can_be_had(app: Flask):
    browser = Browser(app)
    page = opens(browser, two_letters(app), INES)
    link = newest_link(app, INES)
    with clock.travel(timedelta(hours=24) + SECOND):
        assert OVER in presses(browser, link).text
        browser.get(page.url)
        browser.submit()
        assert ACTIVATED in activates(browser, app, INES).title


@row("OPN-13")
def test_a_strangers_mailbox_activates_nothing(app: Flask):
    opens(Browser(app), two_letters(app), INES)
    stranger = Browser(app)
    page = follows_link(stranger, app, INES)
    assert "password" in page.fields()
    for password in ("", "Chantier-2026!", PASSWORD.lower()):
        assert stranger.submit(password=password).status == 422
    assert accounts(app) == []
    assert stranger.cookie("idp_session") is None


@row("OPN-13")
def test_in_another_browser_the_password_of_step_2_activates_and_signs_in(app: Flask):
    opens(Browser(app), two_letters(app), INES)
    phone = Browser(app)
    page = presses(phone, newest_link(app, INES), PASSWORD)
    assert ACTIVATED in page.title
    assert phone.cookie("idp_session") is not None


@row("OPN-13", "LOG-2")
def test_the_password_of_a_link_can_be_tried_five_times_then_one_waits(app: Flask):
    opens(Browser(app), two_letters(app), INES)
    stranger, link = Browser(app), newest_link(app, INES)
    stranger.get("/opening")  # it has a cookie of ours, and is still another browser
    assert "à l’étape 2" in presses(stranger, link).text
    for _ in range(5):
        assert "Ce n’est pas le mot de passe" in stranger.submit(password="Wrong-Pass-1").text
    assert "Trop d’essais" in stranger.submit(password=PASSWORD).text
    with clock.travel(timedelta(minutes=1)):
        assert ACTIVATED in stranger.submit(password=PASSWORD).title


@row("OPN-7")
def test_without_a_link_there_is_nothing_to_press(app: Flask):
    browser = Browser(app)
    opens(browser, two_letters(app), INES)
    data = browser.page.fields() | {"password": PASSWORD}
    assert browser.get("/activation").status == 410
    assert browser.post("/activation", data).status == 410
    assert OVER in presses(browser, "/activation/" + "A" * 43).text
    assert accounts(app) == []


@row("LNK-5")
def test_a_second_click_says_that_it_is_done_and_gives_nothing(app: Flask):
    browser = Browser(app)
    opens(browser, two_letters(app), INES)
    link = newest_link(app, INES)
    assert ACTIVATED in presses(browser, link).title
    stranger = Browser(app)
    page = presses(stranger, link, PASSWORD)
    assert DONE in page.text
    assert stranger.cookie("idp_session") is None
    assert DONE in presses(browser, link).text


def test_an_address_that_got_an_account_meanwhile_is_refused_and_the_letters_stay_good(app: Flask):
    letters, browser = two_letters(app), Browser(app)
    opens(browser, letters, INES)
    with app.app_context():
        an_account(email=INES)
    assert "a déjà un compte" in activates(browser, app, INES).text
    assert spent(app, letters) is False
    assert accounts(app) == [INES]
    opens(browser, letters, "other@example.org")
    assert ACTIVATED in activates(browser, app, "other@example.org").title


def test_a_company_that_someone_else_opened_meanwhile_is_told_so(app: Flask):
    letters, browser = two_letters(app), Browser(app)
    opens(browser, letters, INES)
    with app.app_context():
        db.session.get(EnrolmentCode, letters.code_id).consumed_at = clock.now()
        db.session.commit()
    assert OPENED in activates(browser, app, INES).text
    assert accounts(app) == []


@row("PRV-3")
def test_the_version_of_the_terms_that_was_accepted_is_written_down_with_its_day(app: Flask):
    letters, browser = two_letters(app), Browser(app)
    with app.app_context():
        fund_id = Organization.by_id(letters.organization_id).fund_id
        text = FundText(fund_id=fund_id, kind="terms", version=3, title="C", markdown="…", published_at=clock.now())
        db.session.add(text)
        db.session.commit()
        terms_id = text.id
    identifies(browser, letters)
    began = clock.now()
    completes(browser, INES, terms="y")
    activates(browser, app, INES)
    with app.app_context():
        (accepted,) = db.session.query(TermsAcceptance)
        assert (accepted.terms_id, accepted.account_id) == (terms_id, Account.by_email(INES).id)
        assert began <= accepted.accepted_at <= clock.now()


def test_a_portal_that_sent_the_person_gets_its_answer(app: Flask, portal: Portal):
    browser = Browser(app)
    browser.asks(portal, prompt="create")
    browser.submit(**two_letters(app).typed)
    completes(browser, INES)
    page = activates(browser, app, INES)
    browser.get(next_link(page))
    assert "code" in browser.page.answer
    assert browser.page.answer["state"] == "state-123"


def test_without_a_portal_the_funds_own_comes_next(app: Flask):
    letters, browser = two_letters(app), Browser(app)
    with app.app_context():
        fund = db.session.get(Organization, letters.organization_id).fund_id
        home = a_client()
        Fund.by_id(fund).home_client_id = home.client_id
        db.session.commit()
    opens(browser, letters, INES)
    assert next_link(activates(browser, app, INES)).startswith("https://portal.example.org/login?iss=")


def next_link(page: Page) -> str:
    before = page.text[: page.text.index("Accéder à mon espace")]
    return before.rpartition('href="')[2].partition('"')[0].replace("&amp;", "&").removeprefix("http://localhost:8000")


def test_who_was_signed_in_here_before_is_signed_out(app: Flask, portal: Portal):
    browser = Browser(app)
    with app.app_context():
        lea = an_account()
    browser.signs_in(lea, portal)
    former = browser.cookie("idp_session")
    opens(browser, two_letters(app), INES)
    activates(browser, app, INES)
    browser.client.set_cookie("idp_session", former, domain="localhost")
    assert browser.asks(portal, prompt="none").answer["error"] == "login_required"
