"""A person with several companies: the choice, the change without a password, and two tabs that never mix."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from examples import invented
from tests.examples.running import Examples, free_ports, started
from tests.journeys.test_sign_in_to_the_portal import sign_in


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Examples]:
    """Provider, portal and the rest, on files."""
    with started(tmp_path_factory.mktemp("run"), free_ports()) as running:
        running.until_ready()
        yield running


def test_a_person_picks_a_company_and_changes_without_a_password(examples: Examples, page: Page):
    page.goto(f"{examples.portal}/login")
    sign_in(page, invented.KARIM.email, invented.PASSWORD)
    expect(page.get_by_role("heading", name="Pour quelle entreprise ?")).to_be_visible()
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Benali Charpente").press("Enter")
    expect(page).to_have_url(f"{examples.portal}/")
    expect(page.get_by_role("banner")).to_contain_text("Benali Charpente")

    page.get_by_role("link", name="Changer de tiers").click()
    expect(page.get_by_text("Vous agissez pour elle en ce moment")).to_be_visible()
    page.get_by_role("button", name="Benali Couverture, dépôt du Port").click()
    expect(page.get_by_role("banner")).to_contain_text("dépôt du Port")
    expect(page.get_by_role("status")).to_contain_text("Vous agissez pour Benali Couverture, dépôt du Port.")

    page.goto(f"{examples.portal}/check")
    expect(page.get_by_role("banner")).to_contain_text("dépôt du Port")


def test_who_has_one_company_never_sees_the_choice(examples: Examples, page: Page):
    page.goto(f"{examples.portal}/login")
    sign_in(page, invented.LEA.email, invented.PASSWORD)
    expect(page).to_have_url(f"{examples.portal}/")


def test_the_choice_fits_a_small_phone(examples: Examples, page: Page):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{examples.portal}/login")
    sign_in(page, invented.KARIM.email, invented.PASSWORD)
    expect(page.get_by_role("heading", name="Pour quelle entreprise ?")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    boxes = [button.bounding_box() for button in page.get_by_role("button", name="Benali").all()]
    assert all(box is not None and box["height"] >= 44 for box in boxes)
