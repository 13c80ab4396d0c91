"""A company's door to the applications of partners, in every state: a colleague asks, a holder answers."""

from urllib.parse import urlencode

from playwright.sync_api import Page

from idp.registry.models import Fund
from tests.browser import request_of
from tests.builders import Member, Portal, a_client, a_delegation, an_account, an_organization, membership
from tests.screens.site import Site, an_address, choice, choose, press, submit

LONG = "Cabinet Moreau, Paie et Déclarations du Bâtiment"


def _partner(site: Site) -> Portal:
    with site.app.app_context():
        fund = Fund.only()
        uris = {"policy_uri": "https://paie.example.org/donnees", "tos_uri": "https://paie.example.org/conditions"}
        return a_client(name=LONG, first_party=False, fund=fund and fund.code, **uris)


def _asks(site: Site, page: Page, who: Member) -> None:
    page.goto(f"{site.home}/authorize?{urlencode(request_of(_partner(site)))}")
    submit(page, email=who.email, password=who.password)


def _colleague(site: Site) -> tuple[Member, Member]:
    """A holder, and a colleague in the same company."""
    holder = site.member()
    with site.app.app_context():
        other = an_account(email=an_address())
        assert holder.organization_id is not None
        membership(other.id, holder.organization_id, holder=False)
    return holder, other


def _opened(site: Site, page: Page) -> Member:
    """A holder who allowed an application, and with it their company; back here."""
    who = site.member()
    _asks(site, page, who)
    page.route("https://portal.example.org/**", lambda route: route.fulfill(body="ok"))
    choice(page, "allow").click()
    page.wait_for_url("https://portal.example.org/**")
    return who


def admission(site: Site, page: Page) -> Member:
    holder, colleague = _colleague(site)
    _asks(site, page, colleague)
    return holder


def admission_sent(site: Site, page: Page) -> Member:
    holder = admission(site, page)
    choose(page, "ask")
    return holder


def admission_delegated(site: Site, page: Page) -> None:
    with site.app.app_context():
        clerk, firm = an_account(email=an_address()), an_organization(Fund.only(), kind="firm")
        membership(clerk.id, firm.id, holder=False)
        holder = site.member().organization_id
        assert holder is not None
        a_delegation(holder, firm.id)
    client = _partner(site)
    page.goto(f"{site.home}/authorize?{urlencode(request_of(client, organization=str(holder)))}")
    submit(page, email=clerk.email, password=clerk.password)


def admitted(site: Site, page: Page) -> None:
    holder = admission_sent(site, page)
    page.context.clear_cookies()
    page.goto(f"{site.home}/organizations/{holder.organization_id}/applications")
    submit(page, email=holder.email, password=holder.password)


def admitted_none(site: Site, page: Page) -> None:
    who = site.member()
    page.goto(f"{site.home}/organizations/{who.organization_id}/applications")
    submit(page, email=who.email, password=who.password)


def deciding(site: Site, page: Page) -> None:
    admitted(site, page)
    press(page.locator("main .rows a.button"))


def closing(site: Site, page: Page) -> None:
    who = _opened(site, page)
    page.goto(f"{site.home}/organizations/{who.organization_id}/applications")
    press(page.locator("main .rows a.way"))


_SHOWN = (
    admission,
    admission_sent,
    admission_delegated,
    admitted,
    admitted_none,
    deciding,
    closing,
)
SCREENS = {shown.__name__: shown for shown in _SHOWN}
