"""A partner firm asks, on real processes: refused, asked again, given, remembered, taken back, and asked again."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from examples import invented
from tests.examples.running import Examples, free_ports, started
from tests.journeys.test_sign_in_to_the_portal import sign_in
from tests.rows import row

ASKED = "Autoriser cette application ?"


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examples]:
    with started(tmp_path_factory.mktemp("run"), free_ports()) as running:
        running.until_ready()
        yield running


def asks(page: Page, examples: Examples) -> None:
    page.goto(examples.firm)
    page.get_by_role("link", name="Continuer avec mon Espace sécurisé").click()


def answers(page: Page, button: str) -> None:
    expect(page.get_by_role("heading", name=ASKED)).to_be_visible()
    page.get_by_role("button", name=button).click()


def takes_back(examples: Examples, page: Page) -> None:
    page.goto(f"{examples.portal}/compte")
    page.get_by_role("link", name="Mes applications").click()
    expect(page.get_by_role("listitem").filter(has_text="Moreau Paie")).to_contain_text("Maçonnerie Martin")
    page.get_by_role("link", name="Retirer l’accès").click()
    page.get_by_role("button", name="Oui, retirer l’accès").click()
    expect(page.get_by_role("heading", name="L’accès est retiré")).to_be_visible()
    page.goto(f"{examples.portal}/compte")  # what is ours stays as it was
    expect(page.get_by_role("banner")).to_contain_text("Léa Martin")


@row("OID-18")
def test_a_firm_is_refused_then_allowed_remembered_and_sent_away(examples: Examples, page: Page):
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security Policy" in said.text else None)
    page.goto(f"{examples.portal}/login")
    sign_in(page, invented.LEA.email, invented.PASSWORD)
    expect(page).to_have_url(f"{examples.portal}/")

    asks(page, examples)  # no password again: only her word
    for words in ("Moreau Paie", "d’un partenaire", "Les arrêts de vos chantiers", "Maçonnerie Martin", "90 jours"):
        expect(page.get_by_role("main")).to_contain_text(words)
    answers(page, "Refuser")
    expect(page.get_by_role("heading", name="Vous avez refusé l’accès")).to_be_visible()
    asks(page, examples)
    answers(page, "Autoriser")
    expect(page).to_have_url(f"{examples.firm}/")
    expect(page.get_by_role("main")).to_contain_text("Léa Martin")
    page.get_by_role("link", name="Lire les arrêts").click()
    expect(page.get_by_text("Rue des Tilleuls")).to_be_visible()
    page.goto(examples.firm)
    page.get_by_role("button", name="Renouveler l’accès").click()
    expect(page.get_by_role("heading", name="Bonjour Léa")).to_be_visible()
    page.context.clear_cookies(name="firm_session")
    asks(page, examples)  # remembered: nothing is shown
    expect(page.get_by_role("heading", name="Bonjour Léa")).to_be_visible()

    takes_back(examples, page)

    back_to_the_entry(examples, page)
    page.get_by_role("link", name="Continuer avec mon Espace sécurisé").click()
    expect(page.get_by_role("heading", name=ASKED)).to_be_visible()
    assert complaints == []


def test_signing_out_at_the_firm_comes_back_to_it(examples: Examples, page: Page):
    asks(page, examples)
    sign_in(page, invented.SOFIA.email, invented.PASSWORD)
    answers(page, "Autoriser")
    page.get_by_role("button", name="Se déconnecter").click()
    expect(page).to_have_url(re.compile(re.escape(f"{examples.firm}/signed-out")))
    expect(page.get_by_role("heading", name="Vous êtes déconnecté")).to_be_visible()


@row("OID-18")
def test_without_scripts_on_the_smallest_phone_a_colleague_asks_and_the_holder_opens_the_company(
    examples: Examples, page: Page
):
    phone = {"width": 320, "height": 640}
    context = page.context.browser.new_context(locale="fr-FR", java_script_enabled=False, viewport=phone)
    bare = context.new_page()
    bare.goto(f"{examples.provider}/applications")
    sign_in(bare, invented.CHLOE.email, invented.PASSWORD)
    expect(bare.get_by_text("Vous n’avez autorisé aucune application")).to_be_visible()
    closes(examples, page)
    asks(bare, examples)
    bare.get_by_role("button", name="Demander au titulaire").click()
    expect(bare.get_by_text("Votre demande est partie")).to_be_visible()
    here = bare.url

    page.goto(f"{examples.provider}/organizations")
    page.get_by_role("link", name="Voir qui a accès").click()
    page.get_by_role("link", name="Gérer les applications").click()
    page.get_by_role("link", name="Répondre à la demande").click()
    page.get_by_role("button", name="Oui, ouvrir l’entreprise").click()
    expect(page.get_by_text("Ouverte depuis")).to_be_visible()

    bare.goto(here)
    answers(bare, "Autoriser")
    expect(bare.get_by_role("heading", name="Bonjour Chloé")).to_be_visible()
    bare.goto(f"{examples.provider}/applications")
    bare.get_by_role("link", name="Retirer l’accès").click()
    bare.get_by_role("button", name="Oui, retirer l’accès").click()
    expect(bare.get_by_role("heading", name="L’accès est retiré")).to_be_visible()
    context.close()


def closes(examples: Examples, page: Page) -> None:
    """Léa, who holds the company, closes it to the firm's application, if she opened it before."""
    page.goto(f"{examples.provider}/organizations")
    sign_in(page, invented.LEA.email, invented.PASSWORD)
    page.get_by_role("link", name="Voir qui a accès").click()
    page.get_by_role("link", name="Gérer les applications").click()
    if page.get_by_role("link", name="Fermer à cette application").count():
        page.get_by_role("link", name="Fermer à cette application").click()
        page.get_by_role("button", name="Oui, la fermer").click()
    expect(page.get_by_text("ouverte à aucune application")).to_be_visible()


def test_an_accountant_acts_for_one_client_then_for_another_until_it_is_revoked(examples: Examples, page: Page):
    page.goto(examples.firm)
    page.get_by_role("link", name="Continuer avec mon Espace sécurisé").click()
    sign_in(page, invented.CLARA.email, invented.PASSWORD)
    page.get_by_role("button", name="Maçonnerie Martin").click()
    answers(page, "Autoriser")
    expect(page.get_by_role("main")).to_contain_text("Par délégation à Cabinet Rivière")
    page.get_by_role("link", name="Lire les arrêts").click()
    expect(page.get_by_text("Rue des Tilleuls")).to_be_visible()

    page.goto(f"{examples.firm}/entreprises")
    expect(page.get_by_role("button", name="Maçonnerie Martin")).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name="Benali Couverture").click()
    answers(page, "Autoriser")
    page.get_by_role("link", name="Lire les arrêts").click()
    expect(page.get_by_text("Quai de la Gare")).to_be_visible()

    revokes(examples, page)

    back_to_the_entry(examples, page)
    page.get_by_role("link", name="Continuer avec mon Espace sécurisé").click()
    expect(page.get_by_role("heading", name="Pour quelle entreprise")).to_be_visible()
    expect(page.get_by_role("button", name="Benali Couverture")).to_have_count(0)


def revokes(examples: Examples, page: Page) -> None:
    """Karim, who holds the company, ends what he delegated."""
    own = page.context.browser.new_context(locale="fr-FR").new_page()
    own.goto(f"{examples.provider}/organizations")
    sign_in(own, invented.KARIM.email, invented.PASSWORD)
    company = own.get_by_role("heading", name="Benali Couverture", exact=True)
    own.get_by_role("listitem").filter(has=company).get_by_role("link", name="Voir qui a accès").click()
    own.get_by_role("link", name="Gérer les cabinets").click()
    own.get_by_role("main").get_by_role("link", name=re.compile("Voir|Cabinet Rivière")).first.click()
    own.get_by_role("link", name="Arrêter").click()
    own.get_by_role("button", name="Oui, arrêter").click()
    own.context.close()


def back_to_the_entry(examples: Examples, page: Page) -> None:
    """The firm is told over the back channel, within seconds."""
    entry = page.get_by_role("link", name="Continuer avec mon Espace sécurisé")
    for _ in range(20):
        page.goto(examples.firm)
        if entry.is_visible():
            return
        page.wait_for_timeout(500)
    expect(entry).to_be_visible()
