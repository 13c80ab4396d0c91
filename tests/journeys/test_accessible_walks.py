"""The way from two letters to « Consultez vos mails », for who has no mouse, no scripts, or no luck at first."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from idp import clock
from tests import servers, worlds
from tests.rows import row
from tests.screens import account, opening
from tests.screens.site import CHOSEN, Site, a_mobile, an_address, choice, choose, fill, serving, submit

SENT = "Encore un clic : consultez vos mails"
# What shows where the keyboard is: an outline around the element, or around the box it stands in.
OUTLINED = """() => { const it = document.activeElement, box = it.closest(".entry") ?? it;
  return [it, box].some((e) => getComputedStyle(e).outlineStyle !== "none" && e.getClientRects().length > 0) }"""

INK = """(it) => [getComputedStyle(it).color, getComputedStyle(it).backgroundColor]
  .map((colour) => colour.match(/[0-9.]+/g).map(Number))"""


@pytest.fixture(scope="module")
def site(template: worlds.Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(template, tmp_path_factory.mktemp("site")) as running:
        yield running


@pytest.fixture
def plain(chromium: Browser) -> Iterator[Page]:
    """A browser where no script runs."""
    context = chromium.new_context(locale="fr-FR", timezone_id="Europe/Paris", java_script_enabled=False)
    context.set_default_timeout(servers.PATIENCE)
    yield context.new_page()
    context.close()


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field or the button of that name has the focus, and is seen to have it."""
    for _ in range(30):
        page.keyboard.press("Tab")
        assert page.evaluate(OUTLINED), page.evaluate("() => document.activeElement.outerHTML")
        if page.evaluate("() => document.activeElement.name || document.activeElement.innerText") == name:
            return
    raise AssertionError(f"Tab never comes to {name}")


@row("A11-8")
def test_a_keyboard_alone_goes_from_the_letters_to_the_mail(site: Site, page: Page):
    email, (typed, number) = an_address(), a_mobile()
    opening.opening(site, page)
    for name, text in site.letters().typed.items():
        tab_to(page, name)
        page.keyboard.type(text)
    page.keyboard.press("Enter")
    page.wait_for_url("**/opening/*-*")
    for name, text in {"email": email, "email_again": email, "password": CHOSEN, "password_again": CHOSEN}.items():
        tab_to(page, name)
        page.keyboard.type(text)
    tab_to(page, "mobile")
    page.keyboard.type(typed)
    tab_to(page, "choice")
    page.keyboard.press("Enter")
    expect(page.locator("[name=code]")).to_be_focused()
    page.keyboard.type(site.code(number))
    tab_to(page, "choice")
    page.keyboard.press("Space")
    expect(page.locator(".badge")).to_be_focused()
    tab_to(page, "terms")
    page.keyboard.press("Space")
    tab_to(page, "Valider")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=SENT)).to_be_visible()
    expect(page.get_by_text(email)).to_be_visible()


@row("A11-8")
def test_without_scripts_one_goes_from_the_letters_to_the_account(site: Site, plain: Page):
    number = opening.contact_code(site, plain)
    email = an_address()
    fill(plain, code=site.code(number))
    choose(plain, "verify")
    expect(plain.get_by_role("status")).to_have_text("Numéro certifié")
    plain.locator("[name=terms]").check()
    submit(plain, email=email, email_again=email, password=CHOSEN, password_again=CHOSEN)
    expect(plain.get_by_role("heading", name=SENT)).to_be_visible()
    plain.goto(site.link(email))
    submit(plain)
    expect(plain.get_by_role("heading", name="Votre compte est activé")).to_be_visible()


@row("A11-8")
def test_what_is_printed_is_dark_on_white_also_by_night(site: Site, page: Page):
    opening.contact_wrong(site, page)
    page.emulate_media(color_scheme="dark", media="print")
    for place in ("body", ".card", ".summary", ".summary h2", ".field .error", ".footer a"):
        ink, ground = page.locator(place).first.evaluate(INK)
        assert max(ink) <= 170, place
        assert ground in ([255, 255, 255], [0, 0, 0, 0]), place
    expect(page.locator("main .button:visible, .languages a:visible")).to_have_count(0)


@row("A11-2")
def test_what_is_wrong_takes_the_focus_and_leads_to_its_field(site: Site, page: Page):
    opening.contact_wrong(site, page)
    expect(page.get_by_role("alert")).to_be_focused()
    page.get_by_role("alert").get_by_role("link", name="il en faut 10").click()
    fixed = page.get_by_label("Téléphone fixe")
    expect(fixed).to_be_focused()
    expect(fixed).to_have_attribute("aria-invalid", "true")
    expect(fixed).to_have_accessible_description(
        "Ce numéro n’a pas le bon nombre de chiffres : il en faut 10, par exemple 06 12 34 56 78."
    )


@row("A11-2")
@pytest.mark.parametrize(
    ("reached", "told"),
    [(opening.opening, "Les trois champs sont obligatoires."), (opening.contact, "Tout est obligatoire, sauf les")],
    ids=["step 1", "step 2"],
)
def test_what_must_be_filled_in_is_told_before(
    site: Site, page: Page, reached: Callable[[Site, Page], None], told: str
):
    reached(site, page)
    expect(page.locator(".head")).to_contain_text(told)
    free = page.locator("main input[name]:not([type=hidden]):not([required])")
    assert set(free.evaluate_all("(all) => all.map((one) => one.name)")) <= {"fixed", "mobile", "terms"}


@row("A11-1")
def test_the_two_telephones_are_a_group_with_a_name(site: Site, page: Page):
    opening.contact(site, page)
    group = page.get_by_role("group", name="Vos téléphones (facultatif)")
    expect(group.get_by_label("Téléphone fixe")).to_be_visible()
    expect(group.get_by_label("Téléphone mobile")).to_be_visible()
    fill(page, mobile="0639 98 00 01")
    expect(group.get_by_role("button")).to_have_text("Certifier mon numéro")


@row("A11-7")
def test_the_badge_is_announced_and_goes_when_the_number_is_edited(site: Site, page: Page):
    opening.contact_certified(site, page)
    badge = page.get_by_role("status")
    expect(badge).to_have_text("Numéro certifié")
    expect(badge.locator("svg")).to_have_attribute("aria-hidden", "true")
    mobile = page.get_by_label("Téléphone mobile")
    certified = mobile.input_value()
    mobile.press("End")
    mobile.press("Backspace")
    expect(page.locator(".badge")).to_be_hidden()
    mobile.fill(certified)
    expect(badge).to_have_text("Numéro certifié")


@row("A11-6")
def test_a_mobile_is_certified_and_nothing_else_that_was_typed_is_lost(site: Site, page: Page):
    opening.contact(site, page)
    typed, number = a_mobile()
    fill(page, email="ines@example.org", password=CHOSEN, mobile=typed)
    choice(page, "certify").click()
    expect(page.locator("[name=code]")).to_be_focused()
    fill(page, code=site.code(number))
    choice(page, "verify").click()
    expect(page.get_by_text("Numéro certifié")).to_be_visible()
    expect(page.locator("[name=email]")).to_have_value("ines@example.org")
    expect(page.locator("[name=password]")).to_have_value(CHOSEN)


@row("A11-4", "A11-9", "OPN-11")
def test_what_is_asked_twice_may_be_pasted(site: Site, page: Page):
    opening.contact(site, page)
    page.get_by_role("button", name="Afficher le mot de passe").first.click()
    for name, text in {"email": "ines@example.org", "password": CHOSEN}.items():
        fill(page, **{name: text})
        page.locator(f"[name={name}]").press("ControlOrMeta+a")
        page.locator(f"[name={name}]").press("ControlOrMeta+c")
        page.locator(f"[name={name}_again]").press("ControlOrMeta+v")
        expect(page.locator(f"[name={name}_again]")).to_have_value(text)


@row("A11-6")
def test_after_an_error_what_was_typed_is_there_but_for_the_passwords(site: Site, page: Page):
    opening.contact_wrong(site, page)
    for name, text in {"email": "ines@", "fixed": "12", "mobile": "0892 12 34 56", "password": ""}.items():
        expect(page.locator(f"[name={name}]")).to_have_value(text)
    submit(page, password=CHOSEN, password_again=CHOSEN)
    expect(page.locator("[name=password]")).to_have_accessible_description(re.compile("saisissez-le de nouveau"))


@row("A11-6")
def test_a_page_left_open_over_lunch_says_so_and_offers_to_begin_again(site: Site, page: Page):
    opening.contact(site, page)
    with clock.travel(timedelta(hours=1)):
        submit(page, email="ines@example.org")
    expect(page.get_by_role("heading", name="Cette page n’est plus valable")).to_be_visible()
    page.get_by_role("link", name="Recommencer").click()
    expect(page).to_have_url(f"{site.home}/opening")


@row("A11-6")
def test_a_sign_in_left_open_over_lunch_is_taken_up_again(site: Site, page: Page):
    account.sign_in(site, page)
    with clock.travel(timedelta(hours=1)):
        submit(page, email="lea@example.org", password=CHOSEN)
    link = page.get_by_role("link", name="Reprendre")
    assert (link.get_attribute("href") or "").startswith("https://portal.example.org/login")
