"""oidc-client-ts in Chromium, a public client whose scripts have an origin of their own, over https with a private
authority (OpenID Connect Core 3.1, 5.3, 12; RFC 7636; Fetch standard, CORS)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Playwright, expect

from tests import servers
from tests.postboxes import free_port
from tests.protocol.clients.conftest import Secure
from tests.protocol.clients.spa import origin, spa


@pytest.fixture(scope="module")
def trusting(playwright: Playwright, provider: Secure) -> Iterator[Chromium]:
    """Chromium, which trusts the provider's key and no other that it does not know."""
    with servers.chromium(playwright, f"--ignore-certificate-errors-spki-list={provider.papers.pin()}") as browser:
        yield browser


@pytest.fixture
def page(trusting: Chromium) -> Iterator[Page]:
    """A fresh profile."""
    context = trusting.new_context(locale="fr-FR", service_workers="block")
    context.set_default_timeout(servers.PATIENCE)
    yield context.new_page()
    context.close()


def served(provider: Secure, first_party: bool) -> Iterator[str]:
    port = free_port()
    home = origin(port)
    uris = {"redirect_uris": (f"{home}/callback",), "post_logout_redirect_uris": (f"{home}/signed-out",)}
    public = {"token_endpoint_auth_method": "none", "origins": (home,), "first_party": first_party}
    with spa(port, provider, provider.registers(**uris, **public)):
        yield home


@pytest.fixture(scope="module")
def portal(provider: Secure) -> Iterator[str]:
    """The page of the house; its origin."""
    yield from served(provider, first_party=True)


@pytest.fixture(scope="module")
def firm(provider: Secure) -> Iterator[str]:
    """A partner's page, which asks for consent."""
    yield from served(provider, first_party=False)


def presses(page: Page, button: str, of: str | None = None) -> Any:
    """Press a button; what the page then says of it, or of where it led."""
    page.locator(f"#{button}").click()
    return says(page, of or button)


def says(page: Page, of: str) -> Any:
    """What the page says, once it does."""
    said = page.locator(f"#said[data-of={of}]")
    expect(said).not_to_be_empty()
    return json.loads(said.inner_text())


def signs_in(page: Page, portal: str, provider: Secure) -> Any:
    """Léa comes, types, and is back; what the library checked and read."""
    page.goto(portal)
    page.locator("#sign-in").click()
    page.locator("#username").fill(provider.lea.email)
    page.locator("#password").fill(provider.lea.password)
    page.locator("#login-submit").click()
    return says(page, "callback")


def signs_out_elsewhere(page: Page, provider: Secure) -> None:
    """In another tab, at the provider."""
    tab = page.context.new_page()
    tab.goto(f"{provider.issuer}/end_session")
    tab.locator("#logout-yes").click()
    expect(tab.locator("#logout-yes")).to_have_count(0)
    tab.close()


def test_it_signs_in_and_asks_who_it_is(page, portal, provider):
    told = signs_in(page, portal, provider)
    assert told["profile"]["iss"] == provider.issuer
    assert told["profile"]["name"] == "Léa Martin"


def test_it_refreshes(page, portal, provider):
    former = signs_in(page, portal, provider)
    newer = presses(page, "refresh")
    assert newer["profile"]["sub"] == former["profile"]["sub"]
    assert newer["refresh_token"] != former["refresh_token"]
    assert newer["access_token"] != former["access_token"]


def test_it_signs_out_and_nobody_is_there_any_more(page, portal, provider):
    signs_in(page, portal, provider)
    assert presses(page, "sign-out", of="signed-out")["error"] is None
    assert presses(page, "sign-in-silently", of="callback") == {"error": "login_required"}


def test_it_understands_what_has_ended(page, portal, provider):
    """RFC 6749 5.2."""
    signs_in(page, portal, provider)
    signs_out_elsewhere(page, provider)
    assert presses(page, "refresh") == {"error": "invalid_grant"}


def test_it_revokes_its_tokens(page, portal, provider):
    """RFC 7009 2.2: 200, with nothing that a script could stumble on."""
    told = signs_in(page, portal, provider)
    assert presses(page, "revoke") == {}
    status = "token => fetch(%r, {headers: {Authorization: `Bearer ${token}`}}).then(answer => answer.status)"
    assert page.evaluate(status % f"{provider.issuer}/userinfo", told["access_token"]) == 401


def test_it_understands_that_the_person_refused(page, portal, firm, provider):
    """RFC 6749 4.1.2.1."""
    signs_in(page, portal, provider)
    page.goto(firm)
    page.locator("#sign-in").click()
    page.locator("#consent-deny").click()
    assert says(page, "callback") == {"error": "access_denied"}


def test_the_same_page_at_another_origin_reads_nothing(page, portal, provider):
    """The browser keeps the answer from it."""
    told = signs_in(page, portal, provider)
    page.goto(portal.replace("127.0.0.1", "localhost"))
    asked = "token => fetch(%r, {headers: {Authorization: `Bearer ${token}`}}).then(() => 'read', () => 'kept from it')"
    assert page.evaluate(asked % f"{provider.issuer}/userinfo", told["access_token"]) == "kept from it"
