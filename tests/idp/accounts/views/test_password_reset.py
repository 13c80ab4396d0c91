"""The pages behind « Mot de passe oublié ? »: what they say, and where they lead."""

import pytest
from flask import Flask

from tests import builders
from tests.browser import ISSUER, Browser
from tests.builders import Member, Portal
from tests.idp.accounts.resets import NEW, asks, chooses, link_to, links_to
from tests.relying_party import RelyingParty
from tests.rows import row

AGAIN = {"password": NEW, "password_again": NEW}


@pytest.fixture
def held(app: Flask, lea: Member) -> Browser:
    """A browser in which the link of a mail was opened."""
    asks(app, lea.email)
    browser = Browser(app)
    browser.get(link_to(app, lea.email))
    return browser


def test_the_sign_in_page_leads_there_and_the_end_leads_back(app: Flask, browser: Browser, portal: Portal, lea: Member):
    sign_in = browser.asks(portal).url
    assert 'href="/password-reset?journey_id=' in browser.page.text
    browser.get(f"/password-reset?journey_id={sign_in.split('/')[2]}")
    browser.submit(email=lea.email)
    done = chooses(app, link_to(app, lea.email), browser=browser)
    assert "Me connecter" in done.text
    back = browser.get(f"/journey/{sign_in.split('/')[2]}")
    assert f'href="/journey/{sign_in.split("/")[2]}"' in done.text
    assert "Se connecter" in back.text
    assert "code" in browser.submit(email=lea.email, password=NEW).answer


def test_in_another_browser_the_end_leads_to_the_portal_of_the_fund(app: Flask, portal: Portal):
    with app.app_context():
        fund = builders.a_fund(name="Caisse du Val", home_client_id=portal.client_id)
        lea = builders.an_account(fund_id=fund.id)
    began = Browser(app)
    journey_id = began.asks(portal).url.split("/")[2]
    began.get(f"/password-reset?journey_id={journey_id}")
    began.submit(email=lea.email)
    done = chooses(app, link_to(app, lea.email))
    assert f'href="{builders.BACK}"' in done.text
    assert "Caisse du Val" in done.title


def test_where_there_is_but_one_fund_the_question_wears_its_face(app: Flask):
    with app.app_context():
        builders.a_fund(name="Caisse du Val")
    assert Browser(app).get("/password-reset").title == "Mot de passe oublié – Caisse du Val"


def test_without_a_portal_the_end_says_where_to_go(app: Flask, lea: Member):
    asks(app, lea.email)
    assert "Retournez sur le site de votre caisse" in chooses(app, link_to(app, lea.email)).text


@pytest.mark.parametrize("journey_id", ["01a2143a-cb2a-739b-afad-78e5818a1001", "x", "", "../../etc"])
def test_a_journey_that_is_none_hinders_nobody(app: Flask, lea: Member, journey_id: str):
    assert "Consultez vos mails" in asks(app, lea.email, query=f"?journey_id={journey_id}").title
    assert "est changé" in chooses(app, link_to(app, lea.email)).text


def test_the_address_that_the_portal_suggested_stands_there_already(browser: Browser, portal: Portal, lea: Member):
    journey_id = browser.asks(portal, login_hint=lea.email).url.split("/")[2]
    assert browser.get(f"/password-reset?journey_id={journey_id}").fields()["email"] == lea.email


def test_the_page_shows_the_address_in_full_and_offers_to_correct_it(app: Flask, lea: Member):
    page = asks(app, f" {lea.email.upper()}")
    assert f"<bdi>{lea.email}</bdi>" in page.text
    assert "Corriger l’adresse" in page.text


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("", "Saisissez votre adresse mail."),
        ("lea", "incomplète ou mal écrite"),
        ("x" * 321, "Adresse trop longue."),
        ("lea@example.org\r\nBcc: eve@example.org", "incomplète ou mal écrite"),
        ("lea@example.org, eve@example.org", "incomplète ou mal écrite"),
    ],
    ids=["nothing", "no address", "too long", "a header", "two"],
)
def test_what_is_no_address_is_said(app: Flask, email: str, said: str):
    page = asks(app, email)
    assert (page.status, said in page.text) == (422, True)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"password": "", "password_again": ""}, "Choisissez un mot de passe."),
        ({"password": NEW, "password_again": ""}, "Saisissez le mot de passe une seconde fois."),
        ({"password": NEW, "password_again": NEW + "x"}, "ne sont pas les mêmes"),
        ({"password": "Ab1!", "password_again": "Ab1!"}, "8 caractères minimum"),
        ({"password": "x" * 129, "password_again": "x" * 129}, "128 caractères au plus"),
        ({"password": "chantier-bleu", "password_again": "chantier-bleu"}, "3 de ces 4 catégories"),
        ({"password": "Maconnerie75", "password_again": "Maconnerie75"}, "trois mots sans rapport"),
        ({"password": "Martin-Lea-9", "password_again": "Martin-Lea-9"}, "trois mots sans rapport"),
    ],
    ids=["nothing", "once", "different", "short", "long", "classes", "guessable", "their name"],
)
@row("PWD-2")
def test_a_password_that_may_not_be_chosen_is_said_why_and_the_link_stays_good(
    held: Browser, typed: dict[str, str], said: str
):
    page = held.submit(**typed)
    assert (page.status, said in page.text) == (422, True)
    assert all(value not in page.text for value in typed.values() if value)
    assert "est changé" in held.submit(**AGAIN).text


def test_a_password_is_the_same_twice_in_any_unicode_form(held: Browser):
    assert "est changé" in held.submit(password="Trois grues é1", password_again="Trois grues e\u03011").text


@row("PWD-10")
def test_both_fields_are_of_a_new_password_and_their_rules_stand_before_them(held: Browser):
    text = held.page.text
    assert text.count('autocomplete="new-password"') == 2
    assert text.count('type="password"') == 2
    assert "maxlength" not in text
    assert text.index("8 caractères minimum") < text.index("majuscules, minuscules") < text.index('type="password"')
    assert text.count('class="reveal"') == 2


@row("LNK-7")
def test_a_link_that_is_none_says_how_to_have_another(browser: Browser):
    page = browser.get(f"/password-reset/{'x' * 43}")
    assert (page.status, "Demander un nouveau mail" in page.text) == (410, True)
    assert browser.get("/password-reset/new").status == 410


@row("LNK-9")
def test_the_form_alone_changes_nothing(app: Flask, held: Browser, lea: Member, portal: Portal):
    stranger = Browser(app)
    stranger.get("/password-reset")
    token = stranger.page.fields()
    assert stranger.post("/password-reset/new", token | AGAIN).status == 410
    assert "code" in Browser(app).signs_in(lea, portal).answer


@row("LNK-2")
def test_the_link_of_a_reset_can_be_opened_by_anyone_any_number_of_times(app: Flask, held: Browser, lea: Member):
    (link,) = links_to(app, lea.email)
    for _ in range(10):
        Browser(app).get(link)
        assert app.test_client().head(link, base_url=ISSUER).status_code == 303
    assert "est changé" in held.submit(**AGAIN).text


@row("PWD-8")
def test_every_session_and_every_grant_of_the_account_ends_and_nobody_elses(app: Flask, portal: Portal, lea: Member):
    with app.app_context():
        karim = builders.a_member()
    portals = RelyingParty(app, portal)
    hers, away = Browser(app), Browser(app)
    online = portals.tokens_of(lea, hers)
    offline = portals.tokens_of(lea, away, scope="openid offline_access")
    his = portals.tokens_of(karim)
    asks(app, lea.email)
    chooses(app, link_to(app, lea.email), browser=hers)
    for tokens in (online, offline):
        assert portals.refreshes(tokens["refresh_token"]).error == "invalid_grant"
        assert portals.userinfo(tokens["access_token"]).status == 401
    assert "Se connecter" in hers.asks(portal).text
    assert "Se connecter" in away.asks(portal).text
    assert portals.refreshes(his["refresh_token"]).ok
