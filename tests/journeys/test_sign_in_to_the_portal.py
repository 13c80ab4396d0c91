"""A member signs in to the portal, is recognised there, opens a second tab and signs out: on real processes."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from examples import invented
from tests import servers
from tests.examples.running import Examples, free_ports, started

WRONG = "Pas-Le-Bon-1"


@pytest.fixture(scope="module", params=["embedded", "postgresql and redis"])
def examples(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examples]:
    """Provider and portal, on files, then on the servers that production needs.

    Access tokens are so short that the portal refreshes for every page.
    """
    chosen = {"IDP_ACCESS_TOKEN_LIFETIME": "PT5S"}
    with ExitStack() as stack:
        if request.param != "embedded":
            database = request.getfixturevalue("postgres").create(f"journey{uuid4().hex[:8]}")
            redis = stack.enter_context(servers.redis())
            chosen |= {"IDP_DATABASE_URL": database, "IDP_SHORTLIVED_URL": redis.url}
        running = stack.enter_context(started(tmp_path_factory.mktemp("run"), free_ports(), **chosen))
        running.until_ready()
        yield running


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Adresse").fill(email)
    page.get_by_label("Mot de passe", exact=True).fill(password)
    page.get_by_role("button", name="Connexion", exact=True).click()


def test_a_member_signs_in_and_out(examples: Examples, page: Page):
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)

    page.goto(examples.portal)
    page.get_by_role("link", name="Me connecter").click()
    expect(page).to_have_url(re.compile(re.escape(examples.provider)))
    expect(page.get_by_text("Espace sécurisé Entreprise")).to_be_visible()

    sign_in(page, invented.LEA.email, WRONG)
    expect(page).to_have_url(re.compile(re.escape(examples.provider)))
    expect(page.get_by_role("alert")).to_be_visible()

    sign_in(page, invented.LEA.email, invented.PASSWORD)
    expect(page).to_have_url(f"{examples.portal}/")
    top = page.get_by_role("banner")
    expect(top).to_contain_text("Léa Martin")
    expect(top).to_contain_text("Maçonnerie Martin")
    expect(top).to_contain_text("SIRET 999 000 011 00018")

    second = page.context.new_page()
    second.goto(f"{examples.portal}/check")
    expect(second.get_by_role("status")).to_contain_text("sans mot de passe")
    expect(second.get_by_role("banner")).to_contain_text("Léa Martin")
    second.close()

    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(re.compile(re.escape(f"{examples.portal}/signed-out")))
    expect(page.get_by_role("heading", name="Vous êtes déconnecté")).to_be_visible()
    expect(page.get_by_text("et du service de connexion")).to_be_visible()

    page.get_by_role("link", name="Suis-je encore connecté ?").click()
    expect(page.get_by_role("heading", name="Aucune session ouverte")).to_be_visible()
    expect(page.get_by_text("login_required")).to_be_visible()
    assert refused == []


def test_another_browser_of_the_same_person_needs_a_password(examples: Examples, page: Page):
    page.goto(f"{examples.portal}/login?target=/documents")
    sign_in(page, invented.LEA.email, invented.PASSWORD)
    expect(page).to_have_url(f"{examples.portal}/documents")
    other = page.context.browser.new_context(locale="fr-FR").new_page()
    other.goto(f"{examples.portal}/check")
    expect(other.get_by_text("login_required")).to_be_visible()
    other.context.close()


def test_a_colleague_finds_only_what_her_rights_open(examples: Examples, page: Page):
    page.goto(f"{examples.portal}/documents")
    sign_in(page, invented.CHLOE.email, invented.PASSWORD)
    expect(page.get_by_role("heading", name="Documents")).to_be_visible()
    page.goto(f"{examples.portal}/informations")
    expect(page.get_by_text("n’ouvrent pas cette rubrique")).to_be_visible()
    page.goto(f"{examples.portal}/compte")
    expect(page.get_by_text("collaborateur")).to_be_visible()
    expect(page.get_by_text("Absences et arrêts : consulter et agir")).to_be_visible()


def test_the_portal_notices_a_sign_out_at_the_provider(examples: Examples, page: Page):
    page.goto(f"{examples.portal}/login")
    sign_in(page, invented.LEA.email, invented.PASSWORD)
    page.goto(f"{examples.portal}/documents")
    expect(page.get_by_role("banner")).to_contain_text("Léa Martin")
    other = page.context.new_page()
    other.goto(f"{examples.provider}/end_session")
    other.get_by_role("button", name="Oui, me déconnecter").click()
    expect(other.get_by_role("heading", name="Déconnexion effectuée")).to_be_visible()
    page.reload()
    # Told over the back channel, the portal may have forgotten the person already.
    gone = re.compile("Votre session est terminée|Se connecter à votre Espace")
    expect(page.get_by_role("heading", name=gone)).to_be_visible()


def test_the_pages_fit_a_small_phone(examples: Examples, page: Page):
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{examples.portal}/login")
    sign_in(page, invented.SOFIA.email, invented.PASSWORD)
    for path in ("/", "/contact", "/compte"):
        page.goto(f"{examples.portal}{path}")
        assert page.evaluate("document.documentElement.scrollWidth") == 360
