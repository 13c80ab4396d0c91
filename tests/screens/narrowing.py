"""The lists of delegations, when they are long: searched, and narrowed by how each stands."""

from collections.abc import Callable

from playwright.sync_api import Page

from idp import clock
from idp.registry.models import Fund
from tests.builders import a_delegation, an_organization
from tests.screens.delegating import between, enters
from tests.screens.site import Site


def firms_narrowed(site: Site, page: Page) -> None:
    company, _, one = between(site)
    with site.app.app_context():
        for number in range(25):
            firm = an_organization(Fund.only(), kind="firm").id
            a_delegation(one.organization_id, firm, firm_name=f"Cabinet {number}", ends_at=clock.now())
    enters(site, page, f"/organizations/{company.organization_id}/delegations", company)
    page.goto(f"{page.url}?state=over&page=2")


def clients_narrowed(site: Site, page: Page) -> None:
    _, firm, _ = between(site, suspended_at=clock.now())
    with site.app.app_context():
        assert firm.organization_id is not None
        for number in range(8):
            a_delegation(an_organization(Fund.only(), name=f"Couverture {number}").id, firm.organization_id)
    enters(site, page, "/delegations", firm)
    page.goto(f"{page.url}?state=suspended")


SCREENS: dict[str, Callable[[Site, Page], None]] = {one.__name__: one for one in (firms_narrowed, clients_narrowed)}
