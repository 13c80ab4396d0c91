"""A member signs out at the provider itself, and the portal's own session ends within seconds: on real processes."""

from pathlib import Path

from playwright.sync_api import Page, expect

from examples import invented
from tests.examples.running import free_ports, started
from tests.journeys.test_sign_in_to_the_portal import sign_in
from tests.rows import row


@row("OUT-2")
def test_a_sign_out_at_the_provider_reaches_the_portal(tmp_path: Path, page: Page):
    with started(tmp_path, free_ports()) as examples:
        examples.until_ready()
        page.goto(f"{examples.portal}/login")
        sign_in(page, invented.LEA.email, invented.PASSWORD)
        expect(page.get_by_role("banner")).to_contain_text("Léa Martin")

        page.goto(f"{examples.provider}/end_session")
        page.get_by_role("button", name="Oui, me déconnecter").click()
        expect(page.get_by_role("heading", name="Déconnexion effectuée")).to_be_visible()

        entry = page.get_by_role("link", name="Me connecter")
        for _ in range(20):
            page.goto(examples.portal)
            if entry.is_visible():
                break
            page.wait_for_timeout(500)
        expect(entry).to_be_visible()
