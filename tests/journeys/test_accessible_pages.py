"""Each page, in each state and both languages, as eyes, hands, ears and small screens meet it: an account's life here.

A page is reached once, then looked at by every test below.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests import servers, worlds
from tests.rows import row
from tests.screens.every import OF_AN_ACCOUNT, SCREENS
from tests.screens.site import Site, serving
from tests.screens.titles import TITLES

AXE = (Path(__file__).parents[1] / "axe" / "axe.min.js").read_text()
LANGUAGES = {"fr": "fr-FR", "en": "en-GB"}
TEXTS = {
    "fr": ("Mentions légales", "Données personnelles", "Conditions d’utilisation", "Accessibilité", "Contact"),
    "en": ("Legal notice", "Personal data", "Terms of use", "Accessibility", "Contact"),
}
FUNDS_OWN = ("text_data", "text_accessibility")
"""What the fund wrote, in French on every page."""
TO_BE_READ = (
    "help_",
    "text_",
    "sent",
    "reset_sent",
    "consent",
    "applications",
    "review",
    "delegation",
    "grant",
    "client",
)
"""Where the one purpose is to read: what is to be pressed comes after."""
# What is to be touched and is less than 44 px high or wide; a link in the middle of a sentence may be.
SMALL = """() => [...document.querySelectorAll(
    "main a.button, main a.way, main button, main input, header a, footer a")]
  .filter((e) => e.getClientRects().length && !e.closest(".summary, .visually-hidden, .tick") && e.tabIndex >= 0)
  .filter((e) => { const b = e.getBoundingClientRect(); return b.height < 44 || b.width < 44 })
  .map((e) => e.outerHTML)"""
# Where the first thing to do ends, and where the first form ends; or where what is wrong begins.
FIRST = """() => {
  scrollTo(0, 0);
  const shown = (where) => [...document.querySelectorAll(where)].filter((e) => e.getClientRects().length);
  const bottom = (e) => e?.getBoundingClientRect().bottom ?? 0;
  const [summary] = shown("main .summary"), fields = shown("main .entry");
  if (summary) return summary.getBoundingClientRect().top;
  const [first] = shown("main .entry, main .ticked, main .choice, main .button, main .choices a");
  const short = fields.length <= 2 && !shown("main .rules").length;
  return Math.max(bottom(first), short ? bottom(shown("main form:not(.search) .button")[0]) : 0);
}"""
# The visible label of each field, right above it or beside it, in the same block.
UNLABELLED = """() => [...document.querySelectorAll("main input:not([type=hidden]):not([hidden])")].filter((e) => {
    const label = e.labels?.[0], block = e.closest(".field");
    return !label || !label.innerText.trim() || !label.getClientRects().length || !block?.contains(label);
  }).map((e) => e.outerHTML)"""
# Errors are tied to their fields, and the summary leads to each of them.
UNTIED = """() => [...document.querySelectorAll("main .error")].filter((e) => {
    const field = document.querySelector(`[aria-describedby~="${e.id}"]`);
    return !field || field.getAttribute("aria-invalid") !== "true" || !e.innerText.trim();
  }).map((e) => e.outerHTML)"""
ASTRAY = """() => [...document.querySelectorAll(".summary a")]
  .filter((e) => !document.querySelector(`main input[id="${e.hash.slice(1)}"][aria-invalid="true"]`))
  .map((e) => e.outerHTML)"""
# How a browser, a password manager and a keyboard on glass are told what a field is.
KINDS = """() => Object.fromEntries([...document.querySelectorAll("main input:not([type=hidden]):not([hidden])")]
  .filter((e) => e.type !== "checkbox")
  .map((e) => [e.name, [e.autocomplete, e.inputMode, e.type].filter(Boolean).join(" / ")]))"""
FIELDS = {
    "number": {"off / text"},
    "siret": {"off / numeric / text"},
    "email": {"username / email", "off / email"},
    "email_again": {"email / email"},
    "password": {"new-password / password", "current-password / password"},
    "password_again": {"new-password / password"},
    "fixed": {"off / tel"},
    "mobile": {"tel / tel"},
    "given_names": {"given-name / text"},
    "family_name": {"family-name / text"},
    "search": {"off / search"},
    "name": {"off / text"},
    "ends_on": {"date"},
    "table": {"file"},
}


@dataclass(frozen=True)
class Shown:
    """A screen as it was reached."""

    name: str
    language: str
    page: Page


@contextmanager
def reached(name: str, language: str, site: Site, chromium: Browser) -> Iterator[Shown]:
    """That screen on a telephone, in a browser of its own."""
    context = chromium.new_context(locale=LANGUAGES[language], timezone_id="Europe/Paris")
    context.set_default_timeout(servers.PATIENCE)
    page = context.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    SCREENS[name](site, page)
    yield Shown(name, language, page)
    context.close()


def broken(page: Page) -> dict[str, list[str]]:
    """The rules of axe that a page breaks, and where."""
    page.evaluate(f"() => {{ if (!window.axe) {{ {AXE} }} }}")
    told = page.evaluate("async () => JSON.stringify((await axe.run()).violations)")
    return {one["id"]: [node["html"] for node in one["nodes"]] for one in json.loads(told)}


class Accessible:
    """What every page is, whatever it is of."""

    @row("A11-1", "A11-2", "A11-8")
    def test_axe_finds_nothing_in_light_or_dark_on_a_phone_or_a_desk(self, shown: Shown):
        found: dict[str, list[str]] = {}
        for scheme in ("light", "dark"):
            shown.page.emulate_media(color_scheme=scheme)
            for width in (1280, 320):
                shown.page.set_viewport_size({"width": width, "height": 640})
                found |= {f"{scheme} {width} {rule}": places for rule, places in broken(shown.page).items()}
        assert found == {}

    @row("A11-8")
    def test_the_page_has_its_language_and_its_own_title(self, shown: Shown):
        title, _, fund = shown.page.title().rpartition(" – ")
        assert shown.page.locator("html").get_attribute("lang") == shown.language
        assert fund in ("Caisse du Bâtiment du Val d’Exemple", "Réseau des caisses")
        assert shown.language == "en" or title == TITLES[shown.name]
        assert shown.language == "fr" or title != TITLES[shown.name] or shown.name in FUNDS_OWN

    @row("A11-8")
    def test_the_page_has_landmarks_one_heading_and_a_way_past_the_banner(self, shown: Shown):
        for landmark in ("banner", "main", "contentinfo"):
            assert shown.page.get_by_role(landmark).count() == 1
        assert shown.page.get_by_role("heading", level=1).count() == 1
        first = shown.page.locator("a, button, input:not([type=hidden])").first
        assert first.get_attribute("href") == "#main"

    @row("A11-8")
    def test_the_page_fits_320_pixels(self, shown: Shown):
        shown.page.set_viewport_size({"width": 320, "height": 640})
        assert shown.page.evaluate("() => document.documentElement.scrollWidth") <= 320

    @row("A11-8")
    def test_the_page_bears_letters_twice_as_large(self, shown: Shown):
        shown.page.set_viewport_size({"width": 640, "height": 512})
        shown.page.evaluate("() => document.styleSheets[0].insertRule('html { font-size: 225% !important }', 0)")
        width = shown.page.evaluate("() => document.documentElement.scrollWidth")
        shown.page.evaluate("() => document.styleSheets[0].deleteRule(0)")
        assert width <= 640

    @row("A11-8")
    def test_what_is_to_be_touched_is_44_pixels_high(self, shown: Shown):
        shown.page.set_viewport_size({"width": 360, "height": 640})
        assert shown.page.evaluate(SMALL) == []

    @row("A11-8")
    def test_the_one_purpose_is_in_sight_on_a_small_telephone(self, shown: Shown):
        shown.page.set_viewport_size({"width": 360, "height": 640})
        heading = shown.page.get_by_role("heading", level=1).bounding_box()
        assert heading is not None
        assert heading["y"] + heading["height"] < 640
        if not shown.name.startswith(TO_BE_READ):
            assert shown.page.evaluate(FIRST) <= 640

    @row("A11-1")
    def test_each_field_has_its_label_in_sight_beside_it(self, shown: Shown):
        assert shown.page.evaluate(UNLABELLED) == []

    @row("A11-2")
    def test_each_error_is_text_tied_to_its_field_and_the_summary_leads_there(self, shown: Shown):
        assert shown.page.evaluate(UNTIED) == []
        assert shown.page.evaluate(ASTRAY) == []

    @row("A11-3", "A11-4")
    def test_each_field_tells_what_it_is_for_and_takes_what_is_pasted(self, shown: Shown):
        kinds = shown.page.evaluate(KINDS)
        code = {"off / text"} if shown.name.startswith(("opening", "attach")) else {"one-time-code / numeric / text"}
        allowed = FIELDS | {"code": code, "": {"username / text"}}
        assert {name: kind for name, kind in kinds.items() if kind not in allowed[name]} == {}
        assert shown.page.locator("[onpaste], [type=number]").count() == 0

    @row("PRV-3")
    def test_the_foot_of_the_page_leads_to_the_texts_of_the_fund(self, shown: Shown):
        links = shown.page.get_by_role("contentinfo").get_by_role("navigation").get_by_role("link")
        assert set(TEXTS[shown.language]) <= set(links.all_inner_texts())


@pytest.fixture(scope="module")
def site(template: worlds.Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(template, tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture(
    scope="module", params=[(name, language) for name in OF_AN_ACCOUNT for language in LANGUAGES], ids="-".join
)
def shown(request: pytest.FixtureRequest, site: Site, chromium: Browser) -> Iterator[Shown]:
    with reached(*request.param, site, chromium) as screen:
        yield screen


class TestPagesOfAnAccount(Accessible):
    """The way in and out, the help, and where a way stops."""


@row("A11-8")
def test_no_two_pages_share_a_title():
    pages: dict[str, set[str]] = {}
    for name, title in TITLES.items():
        pages.setdefault(title.removeprefix("Erreur – "), set()).add(name.split("_")[0])
    assert {title: names for title, names in pages.items() if len(names) > 1} == {}
    assert TITLES.keys() == SCREENS.keys()
