"""A portal may open our sign-in in a small window, which answers it; its own cookies survive a sign-out of ours."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests import worlds
from tests.rows import row
from tests.screens.site import Site, ending, fill, serving

PORTAL = "https://portal.example.org"
OPENER = """<title>Portail</title><button onclick="window.open(%r, 'sign-in', 'width=420,height=640')">Entrer</button>
<output></output><script>addEventListener('message', (e) => document.querySelector('output').textContent = e.data)
</script>"""
CALLBACK = "<title>…</title><script>opener.postMessage(location.search, '*')</script>"


@pytest.fixture
def site(template: worlds.Template, tmp_path) -> Iterator[Site]:
    with serving(template, tmp_path) as running:
        yield running


def _portal(site: Site, page: Page) -> None:
    """Answer for the portal, another origin, which has a cookie of its own."""

    def answer(route: Route) -> None:
        body = CALLBACK if "/callback" in route.request.url else OPENER % site.authorize(display="popup")
        cookie = {"Set-Cookie": "portal=kept; Secure; HttpOnly; Path=/"}
        route.fulfill(body=body, content_type="text/html; charset=utf-8", headers=cookie)

    page.context.route(f"{PORTAL}/**", answer)


@row("BRW-2")
def test_a_sign_in_in_a_small_window_answers_whoever_opened_it(site: Site, page: Page):
    _portal(site, page)
    who = site.member()
    page.goto(f"{PORTAL}/")
    with page.expect_popup() as opened:
        page.get_by_role("button", name="Entrer").click()
    fill(opened.value, email=who.email, password=who.password)
    ending(opened.value).click()
    expect(page.locator("output")).to_contain_text("code=")


@row("BRW-2")
def test_leaving_us_takes_our_cookies_and_none_of_the_portals(site: Site, page: Page):
    _portal(site, page)
    who = site.member()
    page.goto(f"{PORTAL}/")
    page.goto(site.authorize())
    fill(page, email=who.email, password=who.password)
    ending(page).click()
    page.wait_for_url(f"{PORTAL}/**")
    assert "idp_session" in {one["name"] for one in page.context.cookies(site.home)}
    page.goto(f"{site.home}/end_session")
    page.get_by_role("button", name="Oui, me déconnecter").click()
    expect(page.get_by_role("heading", name="Déconnexion effectuée")).to_be_visible()
    assert "idp_session" not in {one["name"] for one in page.context.cookies(site.home)}
    assert [one["value"] for one in page.context.cookies(PORTAL)] == ["kept"]
