"""A person chooses a password in a real browser: the rules are ticked while they type, and the server decides."""

from collections.abc import Iterator
from threading import Thread

import pytest
from flask import Flask
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from tests.builders import Member
from tests.idp.accounts.resets import NEW, asks, link_to
from tests.rows import row

LENGTH, CLASSES = "8 caractères minimum", "et au moins un caractère de 3 des 4 catégories"


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Where the application can be seen."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://localhost:{server.port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def choosing(app: Flask, address: str, page: Page, lea: Member) -> Page:
    """The page behind the link of a mail."""
    asks(app, lea.email)
    page.goto(f"{address}{link_to(app, lea.email)}")
    return page


def ticked(page: Page) -> list[bool]:
    rules = [page.get_by_role("listitem").filter(has_text=rule) for rule in (LENGTH, CLASSES)]
    return ["kept" in (rule.get_attribute("class") or "") for rule in rules]


@row("PWD-10")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("", [False, False]),
        ("Aa1", [False, True]),
        ("abcdefgh", [True, False]),
        ("abcdefG1", [True, True]),
        ("É é 1234", [True, True]),
        ("e\u0301e\u0301e\u0301e\u0301", [False, False]),
        ("١٢٣abcDEF", [True, True]),
        ("😀😀aA1", [False, True]),
    ],
)
def test_the_rules_are_ticked_while_one_types_as_the_server_counts(choosing: Page, typed: str, kept: list[bool]):
    choosing.get_by_label("Mot de passe", exact=True).fill(typed)
    assert ticked(choosing) == kept


@row("PWD-10")
def test_what_is_missing_is_said_to_who_does_not_see(choosing: Page):
    status = choosing.locator("#password-status")
    expect(status).to_have_attribute("aria-live", "polite")
    password = choosing.get_by_label("Mot de passe", exact=True)
    expect(password).to_have_accessible_description(
        f"{LENGTH} {CLASSES} suivantes : majuscules, minuscules, chiffres, caractères spéciaux"
    )
    expect(status).to_have_text("")
    password.fill("abc")
    expect(status).to_contain_text("Il manque encore : 8 caractères minimum")
    password.fill(NEW)
    expect(status).to_have_text("Le mot de passe respecte les règles.")


@row("PWD-10")
def test_a_password_may_be_pasted_and_shown(choosing: Page):
    choosing.context.grant_permissions(["clipboard-read", "clipboard-write"])
    choosing.evaluate("text => navigator.clipboard.writeText(text)", NEW)
    for label in ("Mot de passe", "Confirmez le mot de passe"):
        choosing.get_by_label(label, exact=True).focus()
        choosing.keyboard.press("Control+V")
        expect(choosing.get_by_label(label, exact=True)).to_have_value(NEW)
    assert ticked(choosing) == [True, True]
    choosing.get_by_role("button", name="Afficher le mot de passe").first.click()
    expect(choosing.get_by_label("Mot de passe", exact=True)).to_have_attribute("type", "text")
    choosing.get_by_role("button", name="Valider").click()
    expect(choosing.get_by_role("heading", name="Votre mot de passe est changé")).to_be_visible()


@row("LNK-3")
def test_the_secret_is_neither_in_the_address_nor_in_the_history(app: Flask, choosing: Page, lea: Member):
    assert choosing.url.endswith("/password-reset/new")
    assert choosing.evaluate("history.length") <= 2
    choosing.goto("about:blank")
    choosing.go_back()
    assert choosing.url.endswith("/password-reset/new")


@row("BRW-5")
def test_without_scripts_the_rules_just_stand_there_and_the_form_works(
    app: Flask, chromium: Chromium, address: str, lea: Member
):
    asks(app, lea.email)
    context = chromium.new_context(java_script_enabled=False, locale="fr-FR")
    page = context.new_page()
    page.goto(f"{address}{link_to(app, lea.email)}")
    expect(page.get_by_text(LENGTH)).to_be_visible()
    assert page.get_by_role("button").all_inner_texts() == ["Valider"]
    for label in ("Mot de passe", "Confirmez le mot de passe"):
        page.get_by_label(label, exact=True).fill(NEW)
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", name="Votre mot de passe est changé")).to_be_visible()
    context.close()


@row("BRW-1", "BRW-5")
@pytest.mark.parametrize("width", [320, 1180])
def test_the_pages_fit_a_telephone_and_break_no_policy(app: Flask, address: str, page: Page, lea: Member, width: int):
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.set_viewport_size({"width": width, "height": 640})
    asks(app, lea.email)
    for path in ("/password-reset", link_to(app, lea.email), f"/password-reset/{'x' * 43}"):
        page.goto(f"{address}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == width
    assert complaints == []
