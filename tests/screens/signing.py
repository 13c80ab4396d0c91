"""The way in and out beside the password: which account, which company, what an application asks, good-bye."""

from playwright.sync_api import Page

from idp.db import db
from idp.registry.models import Fund
from tests.builders import PASSWORD, Member, Portal, a_client, an_organization, membership, the_account
from tests.screens.site import Site, choice, choose, fill, press, submit

LONG = "Jean-Christophe Aristide-Barthélemy de La Roche-Vieilleville"
"""Sixty characters, as the longest names of a register."""
LONG_COMPANY = "Société Nouvelle de Charpente Couverture Zinguerie du Sud-Est"
MANY = 24


def _arrives(site: Site, page: Page, who: Member, **parameters: str) -> None:
    page.goto(site.authorize(**parameters))
    submit(page, email=who.email, password=PASSWORD)


def _holds(site: Site, who: Member, names: list[str]) -> Member:
    with site.app.app_context():
        for name in names:
            membership(who.id, an_organization(Fund.only(), name=name).id)
    return who


def _is_called(site: Site, who: Member, given_names: str, family_name: str) -> Member:
    with site.app.app_context():
        account = the_account(who)
        account.given_names, account.family_name = given_names, family_name
        db.session.commit()
    return who


def account_choice(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/applications")
    who = site.member()
    submit(page, email=who.email, password=who.password)
    page.goto(site.authorize(prompt="select_account"))


def account_choice_long(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/applications")
    who = _is_called(site, site.member(), *LONG.split(" ", 1))
    submit(page, email=who.email, password=who.password)
    page.goto(site.authorize(prompt="select_account"))


def acting(site: Site, page: Page) -> None:
    _arrives(site, page, _holds(site, site.member(), [LONG_COMPANY, "Toitures Boréales"]))


def acting_many(site: Site, page: Page) -> None:
    _arrives(site, page, _holds(site, site.member(), [f"Charpente {number:02}" for number in range(MANY)]))


def acting_found(site: Site, page: Page) -> None:
    acting_many(site, page)
    fill(page, search="charpente 1")
    press(page.locator("main [role=search] button"))


def acting_not_found(site: Site, page: Page) -> None:
    acting_many(site, page)
    fill(page, search="Zinguerie de nulle part")
    press(page.locator("main [role=search] button"))


# What an application asks


def _partner(site: Site) -> Portal:
    pages = {"policy_uri": "https://firm.example.org/privacy", "tos_uri": "https://firm.example.org/terms"}
    with site.app.app_context():
        return a_client(name="Moreau Paie", first_party=False, **pages)


def _is_asked(site: Site, page: Page, scope: str) -> str:
    """Who signs in at a partner's application; the address that asks."""
    asks = site.authorize(client_id=_partner(site).client_id, scope=scope)
    who = site.member()
    page.goto(asks)
    submit(page, email=who.email, password=who.password)
    return asks


def consent(site: Site, page: Page) -> None:
    _is_asked(site, page, "openid profile email phone organization offline_access")


def consent_to_nothing(site: Site, page: Page) -> None:
    _is_asked(site, page, "openid")


def applications_none(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/applications")
    who = site.member()
    submit(page, email=who.email, password=who.password)


def applications(site: Site, page: Page) -> None:
    page.route("https://portal.example.org/**", lambda route: route.fulfill(body="signed in"))
    consent(site, page)
    choice(page, "allow").click()
    page.wait_for_url("https://portal.example.org/**")
    page.goto(f"{site.home}/applications")


def application_taken_back(site: Site, page: Page) -> None:
    applications(site, page)
    press(page.locator("main .applications a.button"))


def application_gone(site: Site, page: Page) -> None:
    application_taken_back(site, page)
    submit(page)


# Out


def leaving(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/applications")
    who = site.member()
    submit(page, email=who.email, password=who.password)
    page.goto(f"{site.home}/end_session")


def left(site: Site, page: Page) -> None:
    leaving(site, page)
    choose(page, "yes")


_SHOWN = (
    account_choice,
    account_choice_long,
    acting,
    acting_many,
    acting_found,
    acting_not_found,
    consent,
    consent_to_nothing,
    applications_none,
    applications,
    application_taken_back,
    application_gone,
    leaving,
    left,
)
SCREENS = {shown.__name__: shown for shown in _SHOWN}
