"""A member holds two letters and ends in the portal; another forgot the password; a third must certify an address.

On real processes: first everything embedded, then PostgreSQL and Redis under two nodes that answer by turns, with TLS.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from examples import invented
from tests.cluster.running import cluster
from tests.examples.running import free_ports, started
from tests.postboxes import Letters, letters

NEW = "Trois-Mots-Sans-Rapport-7"


@pytest.fixture(scope="module", params=["embedded", "two nodes behind nginx"])
def examples(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Provider, portal and postbox. Access tokens are so short that the portal refreshes for every page."""
    folder, short = tmp_path_factory.mktemp("run"), {"IDP_ACCESS_TOKEN_LIFETIME": "PT5S"}
    if request.param == "embedded":
        with started(folder, free_ports(), **short) as running:
            running.until_ready()
            yield running
        return
    with cluster(folder, **short) as running:
        yield running
        assert min(running.served().values()) > 10


def in_postbox(page: Page, examples: Any, name: str, message: str | re.Pattern[str]) -> Page:
    """Open what a person received, in a tab of its own."""
    tab = page.context.new_page()
    tab.goto(f"{examples.postbox}/?to={name}")
    tab.get_by_role("link", name=message).first.click()
    return tab


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Adresse").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Connexion", exact=True).click()


def valider(page: Page) -> None:
    page.get_by_role("button", name="Valider", exact=True).click()


def show_letters(page: Page, got: Letters) -> None:
    page.get_by_label("Votre identifiant CIBTP").fill(got.identifier)
    page.get_by_label("Votre numéro de SIRET").fill(got.siret)
    page.get_by_label(re.compile("code confidentiel")).fill(got.code)
    valider(page)


def certify(page: Page, examples: Any, name: str) -> None:
    """Certify the mobile that was typed, by the code of the SMS."""
    page.get_by_role("button", name="Certifier mon numéro").click()
    field = page.get_by_label("Code reçu par SMS")
    expect(field).to_be_visible()
    tab = in_postbox(page, examples, name, re.compile("SMS"))
    code = re.search(r"\b[0-9]{6}\b", tab.locator("pre.sms").inner_text())
    tab.close()
    field.fill(code[0])
    page.get_by_role("button", name="Valider le code").click()
    expect(page.get_by_text("Numéro certifié")).to_be_visible()


def choose_password(page: Page, password: str) -> None:
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_label("Confirmez le mot de passe").fill(password)


def test_two_letters_lead_to_an_account_and_into_the_portal(examples: Any, page: Page):
    person, name = invented.ELISE, "Élise Lefort"
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    got = letters(examples.postbox, name)

    page.goto(examples.portal)
    page.get_by_role("link", name="Je crée mon espace sécurisé").click()
    expect(page).to_have_url(re.compile(re.escape(f"{examples.provider}/opening")))
    show_letters(page, replace(got, code="0000 0000"))
    expect(page.get_by_role("alert")).to_be_visible()
    show_letters(page, got)

    expect(page.locator("main")).to_contain_text("Étape 2 sur 2")
    expect(page.locator("main")).to_contain_text(name)
    page.get_by_label("Adresse mail", exact=True).fill(person.email)
    page.get_by_label("Confirmez l’adresse mail").fill(person.email)
    choose_password(page, NEW)
    page.get_by_label("mobile").fill("06 39 98 00 03")
    certify(page, examples, name)
    page.get_by_label(re.compile("conditions d’utilisation")).check()
    valider(page)
    expect(page.get_by_role("heading", name=re.compile("consultez vos mails"))).to_be_visible()
    expect(page.get_by_text(person.email)).to_be_visible()

    tab = in_postbox(page, examples, name, re.compile("Activez votre compte"))
    tab.frame_locator("iframe").get_by_role("link", name="Activer mon compte").click()
    tab.get_by_role("button", name="Activer mon compte").click()
    expect(tab.get_by_role("heading", name="Votre compte est activé")).to_be_visible()
    tab.get_by_role("link", name="Accéder à mon espace").click()
    expect(tab).to_have_url(f"{examples.portal}/")
    expect(tab.get_by_role("banner")).to_contain_text(name)
    expect(tab.get_by_role("banner")).to_contain_text("Carrelages Lefort")
    tab.goto(f"{examples.portal}/compte")
    expect(tab.locator("dl")).to_contain_text("certifiée")
    expect(tab.locator("dl")).to_contain_text(re.compile("certifié$|certifié\\s"))
    assert refused == []


def test_a_forgotten_password_is_chosen_anew_and_every_other_session_ends(examples: Any, page: Page):
    person, name = invented.LEA, "Léa Martin"
    elsewhere = page.context.browser.new_context(locale="fr-FR", ignore_https_errors=True).new_page()
    elsewhere.goto(f"{examples.portal}/login")
    sign_in(elsewhere, person.email, invented.PASSWORD)
    expect(elsewhere.get_by_role("banner")).to_contain_text(name)

    page.goto(f"{examples.portal}/login?target=/documents")
    page.get_by_role("link", name="Mot de passe oublié ?").click()
    page.get_by_label("Adresse").fill(person.email)
    valider(page)
    expect(page.get_by_role("heading", name="Consultez vos mails")).to_be_visible()
    tab = in_postbox(page, examples, name, re.compile("nouveau mot de passe"))
    tab.frame_locator("iframe").get_by_role("link", name="Choisir un nouveau mot de passe").click()
    choose_password(tab, NEW)
    valider(tab)
    expect(tab.get_by_role("heading", name="Votre mot de passe est changé")).to_be_visible()

    elsewhere.goto(f"{examples.portal}/documents")
    # Told over the back channel, the portal may have forgotten the person already.
    gone = re.compile("Votre session est terminée|Se connecter à votre Espace")
    expect(elsewhere.get_by_role("heading", name=gone)).to_be_visible()
    elsewhere.goto(f"{examples.portal}/check")
    expect(elsewhere.get_by_text("login_required")).to_be_visible()
    elsewhere.context.close()

    tab.get_by_role("link", name="Me connecter").click()
    sign_in(tab, person.email, invented.PASSWORD)
    expect(tab.get_by_role("alert")).to_be_visible()
    sign_in(tab, person.email, NEW)
    expect(tab.get_by_role("banner")).to_contain_text(name)


def test_an_address_that_is_due_is_certified_on_the_way_to_the_portal(examples: Any, page: Page):
    person, name = invented.YANIS, "Yanis Petit"
    page.goto(f"{examples.portal}/documents")
    sign_in(page, person.email, invented.PASSWORD)
    expect(page.get_by_role("heading", name="Confirmez votre adresse mail")).to_be_visible()
    page.get_by_role("button", name="Envoyer le mail").click()
    tab = in_postbox(page, examples, name, re.compile("toujours la bonne"))
    tab.frame_locator("iframe").get_by_role("link", name="Confirmer mon adresse mail").click()
    tab.get_by_role("button", name="Oui, cette adresse est bien la mienne").click()
    expect(tab.get_by_role("heading", name="Merci, votre adresse est confirmée")).to_be_visible()
    page.get_by_role("button", name="Continuer").click()
    expect(page).to_have_url(f"{examples.portal}/documents")
    expect(page.get_by_role("banner")).to_contain_text(name)
