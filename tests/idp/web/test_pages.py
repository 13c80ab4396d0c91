"""The pages in a real browser: narrow, by keyboard, with scripts and without."""

from collections.abc import Iterator
from threading import Thread
from time import sleep

import pytest
from flask import Flask, g, render_template, request
from flask_wtf import FlaskForm
from markupsafe import Markup
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired

from tests.rows import row

SCREENS = {
    "account_choice": ("login/account_choice/account_choice.html", {"account_name": "Léa Martin"}),
    "logout_confirm": ("oidc/logout_confirm.html", {}),
    "signed_out": ("oidc/signed_out.html", {"return_url": "/"}),
    "expired": ("journey/expired.html", {"resume_url": "/"}),
    "error": ("error.html", {"title": "T", "message": "M", "advice": "A", "retry_url": "?", "incident": "x" * 36}),
    "unavailable": ("unavailable.html", {"refresh": 60, "retry_url": "?", "incident": "x" * 36}),
    "legal": ("web/footer_page.html", {"title": "Mentions légales", "html": Markup("<p>x</p>")}),
}
# Elements to touch that are less than 44 px high or wide; links in the middle of a sentence need not be.
SMALL = """() => [...document.querySelectorAll("a, button, input:not([type=hidden])")]
  .filter((e) => !e.closest(".skip, .summary") && e.getClientRects().length)
  .filter((e) => { const b = e.getBoundingClientRect(); return b.height < 44 || b.width < 24 })
  .map((e) => e.outerHTML)"""
OVERFLOW = "() => document.documentElement.scrollWidth - window.innerWidth"


class SignInForm(FlaskForm):
    email = StringField("Adresse mail", [InputRequired("Saisissez votre adresse mail.")])
    password = PasswordField("Mot de passe", [InputRequired("Saisissez votre mot de passe.")])


@pytest.fixture
def sent() -> list[dict[str, str]]:
    """The forms that arrived."""
    return []


@pytest.fixture
def address(site: Flask, sent: list[dict[str, str]]) -> Iterator[str]:
    """Where a sign-in page, and every other screen, can be seen."""

    def sign_in() -> str | tuple[str, int]:
        g.fund_id, g.client_name = "val", "Espace adhérent"
        form = SignInForm()
        if request.method == "POST":
            sent.append(request.form.to_dict())
            sleep(0.5)
        is_refused = request.method == "POST" and not form.validate()
        return render_template("login/password/password.html", form=form), 422 if is_refused else 200

    def see(screen: str) -> str:
        template, shown = SCREENS[screen]
        return render_template(template, form=FlaskForm(), **shown)

    site.add_url_rule("/sign-in", "sign_in", sign_in, methods=["GET", "POST"])
    site.add_url_rule("/see/<screen>", "see", see)
    server = make_server("127.0.0.1", 0, site, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@row("BRW-5", "BRW-1")
@pytest.mark.parametrize("screen", ["sign-in", *(f"see/{name}" for name in SCREENS)])
def test_a_screen_fits_320_pixels_and_a_finger_and_breaks_no_policy(page: Page, address: str, screen: str):
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(f"{address}/{screen}")
    assert page.evaluate(OVERFLOW) <= 0
    assert page.evaluate(SMALL) == []
    assert page.locator("h1").count() == 1
    assert page.locator("header, main, footer").count() == 3
    assert not complaints


@row("BRW-5")
def test_twice_the_size_of_text_still_fits(page: Page, address: str):
    page.set_viewport_size({"width": 640, "height": 512})
    page.goto(f"{address}/sign-in")
    page.evaluate("() => document.styleSheets[0].insertRule('html { font-size: 225% !important }', 0)")
    assert page.evaluate(OVERFLOW) <= 0


def test_errors_take_the_focus_and_are_tied_to_their_fields(page: Page, address: str):
    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name="Connexion").click()
    expect(page).to_have_title("Erreur – Connexion – Caisse du Val d’Exemple")
    expect(page.get_by_role("alert")).to_be_focused()
    email = page.get_by_label("Adresse mail")
    expect(email).to_have_attribute("aria-invalid", "true")
    expect(email).to_have_accessible_description("Saisissez votre adresse mail.")
    page.get_by_role("link", name="Saisissez votre mot de passe.").click()
    expect(page.get_by_label("Mot de passe", exact=True)).to_be_focused()


def test_the_keyboard_meets_the_content_first(page: Page, address: str):
    page.goto(f"{address}/sign-in")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_focused()
    expect(page.get_by_role("link", name="Aller au contenu")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Adresse mail")).to_be_focused()


@row("BRW-5")
def test_a_password_is_shown_on_request_and_leaves_as_a_password(page: Page, address: str):
    page.goto(f"{address}/sign-in")
    password = page.get_by_label("Mot de passe", exact=True)
    page.get_by_role("button", name="Afficher le mot de passe").click()
    expect(password).to_have_attribute("type", "text")
    page.get_by_role("button", name="Masquer le mot de passe").click()
    expect(password).to_have_attribute("type", "password")
    page.get_by_role("button", name="Afficher le mot de passe").click()
    page.evaluate("() => document.forms[0].addEventListener('submit', (event) => event.preventDefault())")
    page.get_by_role("button", name="Connexion").click()
    expect(password).to_have_attribute("type", "password")


@row("BRW-5")
def test_an_impatient_second_click_sends_nothing(page: Page, address: str, sent: list[dict[str, str]]):
    page.goto(f"{address}/sign-in")
    page.get_by_label("Adresse mail").fill("lea@example.org")
    button = page.get_by_role("button", name="Connexion")
    button.evaluate("(it) => { it.click(); setTimeout(() => it.click(), 200) }")
    expect(page.get_by_role("alert")).to_be_visible()
    assert [form["email"] for form in sent] == ["lea@example.org"]


@row("BRW-5")
def test_without_scripts_the_form_works_and_no_button_is_dead(
    chromium: Browser, address: str, sent: list[dict[str, str]]
):
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    assert page.get_by_role("button").all_inner_texts() == ["Sign in"]
    page.get_by_label("Adresse mail").fill("lea@example.org")
    page.get_by_label("Mot de passe").fill("a password")
    page.get_by_role("button").click()
    expect(page.get_by_role("alert")).to_have_count(0)
    assert [form["password"] for form in sent] == ["a password"]
    context.close()
