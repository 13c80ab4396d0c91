"""Where a way stops: addresses that lead nowhere, pages left open too long or begun elsewhere; and the fund's texts."""

from playwright.sync_api import Page

from tests.screens import account
from tests.screens.site import Site, submit

FUND = "val-exemple"


def lost(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/nulle-part")


def unreadable(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/authorize?client_id=nobody")


def stale(site: Site, page: Page) -> None:
    account.lost_letters(site, page)
    page.locator("main [name=csrf_token]").evaluate("(it) => it.remove()")
    submit(page)


def sign_in_died(site: Site, page: Page) -> None:
    account.sign_in(site, page)
    page.goto(f"{site.home}/journey/00000000-0000-4000-8000-000000000000/password")


def sign_in_elsewhere(site: Site, page: Page) -> None:
    account.sign_in(site, page)
    page.context.clear_cookies()
    page.reload()


def choice_of_fund(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/mentions-legales")


def text_data(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/donnees-personnelles?fund={FUND}")


def text_accessibility(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/accessibilite?fund={FUND}")


_SHOWN = (
    lost,
    unreadable,
    stale,
    sign_in_died,
    sign_in_elsewhere,
    choice_of_fund,
    text_data,
    text_accessibility,
)
SCREENS = {shown.__name__: shown for shown in _SHOWN}
