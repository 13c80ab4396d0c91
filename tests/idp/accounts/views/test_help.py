"""The help: every situation has its page, in the face of the fund that answers for it."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page

from idp.accounts.views.help import TOPICS
from tests.browser import Browser
from tests.builders import BACK, a_client, a_fund
from tests.counting import costs
from tests.screens.helping import SCREENS
from tests.screens.site import Site, serving

MAILS = Path(__file__).parents[4] / "templates" / "mail"


@pytest.fixture
def fund(app):
    """A fund whose members sign in at a portal of their own."""
    with app.app_context():
        made = a_fund(name="Caisse du Val", home_client_id=a_client().client_id)
        return made.code


@pytest.mark.parametrize("topic", TOPICS)
def test_each_situation_has_its_page_in_the_face_of_the_fund(browser: Browser, fund: str, topic: str):
    page = browser.get(f"/aide/{topic}?fund={fund}")
    assert page.status == 200
    assert page.title == f"{TOPICS[topic].title} – Aide – Caisse du Val"
    assert "Qui appeler" in page.text


def test_the_help_names_every_situation_and_each_leads_back(browser: Browser, fund: str):
    page = browser.get(f"/aide?fund={fund}")
    assert set(re.findall(r'href="/aide/([\w-]+)\?fund=', page.text)) == set(TOPICS)
    for topic in TOPICS:
        assert f'href="/aide?fund={fund}"' in browser.get(f"/aide/{topic}?fund={fund}").text


def test_no_link_of_the_help_is_dead(browser: Browser, fund: str):
    pages = [f"/aide?fund={fund}", *(f"/aide/{topic}?fund={fund}" for topic in TOPICS)]
    bodies = [browser.get(path).text.partition("<main")[2].partition("</main>")[0] for path in pages]
    links = {unescape(link) for body in bodies for link in re.findall(r'href="(/[^"]*)"', body)}
    assert {"/opening", "/lost-letters", "/password-reset"} <= links
    assert {browser.get(link).status for link in links} == {200}


def test_every_picture_is_there_in_both_languages_and_says_what_it_shows(browser: Browser, fund: str):
    shown = set()
    for topic in TOPICS:
        for lang in ("fr", "en"):
            page = browser.get(f"/aide/{topic}?fund={fund}&ui_locales={lang}", headers={"Accept-Language": lang})
            shown |= set(re.findall(r'<img class="picture"\s+src="([^"?]+)[^>]*?alt="[^"]{20,}"', page.text))
            assert page.text.count('class="picture"') == len(
                re.findall(r'<img class="picture"[^>]*alt="[^"]{20,}"', page.text)
            )
    assert len(shown) >= 16
    assert {browser.client.get(src).status_code for src in shown} == {200}


def test_the_page_on_signing_in_leads_to_the_portal_of_the_fund(browser: Browser, fund: str, app):
    with app.app_context():
        other = a_fund(name="Caisse sans portail").code
    assert f'href="{BACK}' in browser.get(f"/aide/se-connecter?fund={fund}").text
    assert f'href="{BACK}' not in browser.get(f"/aide/se-connecter?fund={other}").text


def test_every_page_leads_to_the_help_of_its_fund(browser: Browser, fund: str):
    assert f'href="/aide?fund={fund}"' in browser.get("/").text
    assert 'href="/aide' in browser.get("/nowhere").text


def test_where_several_funds_might_answer_one_chooses_its_own(browser: Browser, fund: str, app):
    with app.app_context():
        a_fund(name="Caisse des Rives")
    page = browser.get("/aide")
    assert page.title == "Aide – Réseau des caisses"
    assert 'href="/contact"' in page.text


def test_a_true_message_is_told_by_our_one_address_its_sender_and_its_subjects(browser: Browser, fund: str, app):
    page = unescape(browser.get(f"/aide/vrai-message?fund={fund}").text)
    assert f"{app.extensions['settings'].issuer}/" in page
    assert "ne-pas-repondre@" in page
    sources = {mail: mail.read_text(encoding="utf-8") for mail in MAILS.rglob("*.txt")}
    told = {mail: re.search(r'block subject %}\{\{ _\("(.*?)"\)', source) for mail, source in sources.items()}
    subjects = {found[1] for mail, found in told.items() if found and mail.parent.name != "delivery"}
    assert len(subjects) >= 14
    assert {subject for subject in subjects if f"<li>{subject}</li>" not in page} == set()


def test_the_help_never_asks_for_a_password_and_says_that_nobody_will(browser: Browser, fund: str):
    for topic in TOPICS:
        page = browser.get(f"/aide/{topic}?fund={fund}").text
        assert "<form" not in page
        assert "Personne chez nous ne vous demandera votre mot de passe." in page


def test_the_help_of_nothing_is_not_found(browser: Browser):
    assert browser.get("/aide/rien").status == 404


def test_the_help_asks_little_and_keeps_nothing(browser: Browser, fund: str, app):
    browser.get(f"/aide?fund={fund}")
    with costs(app) as counted:
        browser.get(f"/aide/vrai-message?fund={fund}")
    assert (len(counted.statements), counted.commits, counted.trips) == (3, 0, 0), counted.statements


@pytest.fixture(scope="module")
def site(template, tmp_path_factory) -> Iterator[Site]:
    """A provider that listens, for the browser."""
    with serving(template, tmp_path_factory.mktemp("help")) as served:
        yield served


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_help_fits_320_pixels_and_shows_every_picture(page: Page, site: Site, lang: str):
    page.set_viewport_size({"width": 320, "height": 568})
    for screen in SCREENS.values():
        screen(site, page)
        page.goto(f"{page.url}?lang={lang}")
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        for picture in page.locator("main img").all():
            picture.scroll_into_view_if_needed()
            page.wait_for_function("picture => picture.complete", arg=picture.element_handle())
            assert_is_shown_in_its_own_shape(picture)


def assert_is_shown_in_its_own_shape(picture: Locator) -> None:
    """A picture that came, whose place was kept for it before it came."""
    wide, high = picture.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]")
    kept = [int(picture.get_attribute(name) or 0) for name in ("width", "height")]
    assert wide > 0
    assert kept[0] * high == kept[1] * wide
    assert picture.get_attribute("alt")
