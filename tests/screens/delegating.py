"""The pages by which a company lets a firm act, and those of the firm, in every state."""

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Page

from idp import clock
from idp.db import db
from idp.delegations.granting import models
from idp.delegations.models import Delegation
from idp.registry.models import Fund
from tests.builders import Member, a_delegation, a_member, an_account, an_organization, membership
from tests.registers import a_siret
from tests.screens.site import NUMBERS, Site, an_address, press, submit


def enters(site: Site, page: Page, path: str, who: Member) -> None:
    """Open a page of theirs, by way of the sign-in."""
    page.goto(f"{site.home}{path}")
    submit(page, email=who.email, password=who.password)


def _accountant(site: Site) -> tuple[Member, str]:
    """The holder of a proven firm, and its SIRET."""
    siret = a_siret(2000 + next(NUMBERS))
    with site.app.app_context():
        firm = an_organization(Fund.only(), kind="firm", name="Cabinet Exemple", siret=siret, proven_at=clock.now())
        return a_member(firm, fund_id=firm.fund_id), siret


def between(site: Site, **changes: object) -> tuple[Member, Member, Delegation]:
    """A company's holder, a firm's, and a delegation between them."""
    company, (firm, _) = site.member(), _accountant(site)
    with site.app.app_context():
        assert company.organization_id is not None
        assert firm.organization_id is not None
        one = a_delegation(company.organization_id, firm.organization_id, **changes)
        db.session.refresh(one)
        db.session.expunge(one)
    return company, firm, one


def _waiting(**changes: object) -> dict[str, object]:
    now = clock.now()
    return {"accepted_at": None, "offered_at": now, "lapses_at": now + timedelta(days=30), **changes}


def _place(one: Delegation, deed: str = "") -> str:
    return f"/organizations/{one.organization_id}/delegations/{one.id}{deed}"


def firms(site: Site, page: Page) -> None:
    company, _, one = between(site)
    with site.app.app_context():
        firm = an_organization(Fund.only(), kind="firm", name="Cabinet Rivière").id
        a_delegation(one.organization_id, firm, firm_name="Cabinet Rivière", **_waiting())
    enters(site, page, f"/organizations/{company.organization_id}/delegations", company)


def firms_none(site: Site, page: Page) -> None:
    company = site.member()
    enters(site, page, f"/organizations/{company.organization_id}/delegations", company)


def offer(site: Site, page: Page) -> None:
    company = site.member()
    enters(site, page, f"/organizations/{company.organization_id}/delegations/offer", company)


def offer_wrong(site: Site, page: Page) -> None:
    offer(site, page)
    submit(page, siret="12")


def terms(site: Site, page: Page) -> None:
    _, siret = _accountant(site)
    offer(site, page)
    submit(page, siret=siret)


def terms_wrong(site: Site, page: Page) -> None:
    terms(site, page)
    submit(page)


def terms_unknown(site: Site, page: Page) -> None:
    offer(site, page)
    submit(page, siret=a_siret(2000 + next(NUMBERS)))


def review(site: Site, page: Page) -> None:
    terms(site, page)
    page.locator("main [name=documents]").select_option("act")
    submit(page)


def delegation(site: Site, page: Page) -> None:
    company, _, one = between(site)
    enters(site, page, _place(one), company)


def delegation_asked(site: Site, page: Page) -> None:
    company, _, one = between(site, **_waiting(origin="request"))
    enters(site, page, _place(one), company)


def _deed(deed: str, **changes: object) -> Callable[[Site, Page], None]:
    def shown(site: Site, page: Page) -> None:
        company, _, one = between(site, **changes)
        enters(site, page, _place(one), company)
        page.goto(f"{site.home}{_place(one, deed)}")

    return shown


def renew_wrong(site: Site, page: Page) -> None:
    _deed("/renew")(site, page)
    submit(page, ends_on="2001-01-01")


def clients(site: Site, page: Page) -> None:
    _, firm, _ = between(site)
    enters(site, page, "/delegations", firm)


def clients_none(site: Site, page: Page) -> None:
    firm, _ = _accountant(site)
    enters(site, page, "/delegations", firm)


def client(site: Site, page: Page) -> None:
    _, firm, one = between(site, **_waiting())
    enters(site, page, f"/delegations/{one.id}", firm)


def client_accept(site: Site, page: Page) -> None:
    _, firm, one = between(site, **_waiting())
    enters(site, page, f"/delegations/{one.id}/accept", firm)
    page.goto(f"{site.home}/delegations/{one.id}/accept")


def _by_mail(site: Site, page: Page) -> str:
    terms_unknown(site, page)
    page.locator("main [name=documents]").select_option("read")
    email = an_address()
    submit(page, name="Cabinet Neuf", email=email)
    submit(page)
    page.context.clear_cookies()
    page.goto(site.link(email))
    return email


def mailed(site: Site, page: Page) -> None:
    _by_mail(site, page)


def mailed_signed_in(site: Site, page: Page) -> None:
    email = _by_mail(site, page)
    with site.app.app_context():
        who = an_account(email=email)
    press(page.locator("main button[value=sign-in]"))
    submit(page, email=who.email, password=who.password)


def mailed_to_another(site: Site, page: Page) -> None:
    _by_mail(site, page)
    with site.app.app_context():
        who = an_account(email=an_address())
    press(page.locator("main button[value=sign-in]"))
    submit(page, email=who.email, password=who.password)


def newcomer(site: Site, page: Page) -> None:
    _by_mail(site, page)
    press(page.locator("main button[value=open]"))


def newcomer_wrong(site: Site, page: Page) -> None:
    newcomer(site, page)
    submit(page, code="12")


def ask(site: Site, page: Page) -> None:
    firm, _ = _accountant(site)
    enters(site, page, f"/organizations/{firm.organization_id}/clients/ask", firm)


def ask_wrong(site: Site, page: Page) -> None:
    ask(site, page)
    submit(page, siret="12")


def asked(site: Site, page: Page) -> None:
    ask(site, page)
    page.locator("main [name=documents]").select_option("read")
    submit(page, siret=a_siret(2000 + next(NUMBERS)))


def file(site: Site, page: Page) -> None:
    firm, _ = _accountant(site)
    enters(site, page, f"/organizations/{firm.organization_id}/clients/file", firm)


def file_wrong(site: Site, page: Page) -> None:
    file(site, page)
    sheet = {"name": "clients.csv", "mimeType": "text/csv", "buffer": b"siret;rights;until\n12;documents:read;demain\n"}
    page.locator("main [name=table]").set_input_files([sheet])  # type: ignore[list-item]
    submit(page)


def file_done(site: Site, page: Page) -> None:
    file(site, page)
    table = f"siret;rights;until\n{a_siret(2000 + next(NUMBERS))};documents:read;31/12/2027\n".encode()
    sheet = {"name": "clients.csv", "mimeType": "text/csv", "buffer": table}
    page.locator("main [name=table]").set_input_files([sheet])  # type: ignore[list-item]
    submit(page)


def renewals(site: Site, page: Page) -> None:
    clients(site, page)
    page.locator("main [name=client]").check()
    press(page.locator("main button[form=renewals]"))


def staff(site: Site, page: Page) -> None:
    _, firm, one = between(site)
    with site.app.app_context():
        assert firm.organization_id is not None
        who = an_account(email=an_address()).id
        membership(who, firm.organization_id, holder=False)
        models.assign(one.id, who, ["documents:read"], clock.now())
        db.session.commit()
    enters(site, page, f"/delegations/{one.id}/staff", firm)
    page.goto(f"{site.home}/delegations/{one.id}/staff")


def staff_none(site: Site, page: Page) -> None:
    _, firm, one = between(site)
    enters(site, page, f"/delegations/{one.id}/staff", firm)


def link_dead(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/delegation-offer/invented")


_NAMED: tuple[Callable[[Site, Page], None], ...] = (
    firms,
    firms_none,
    offer,
    offer_wrong,
    terms,
    terms_wrong,
    terms_unknown,
    review,
    delegation,
    delegation_asked,
    renew_wrong,
    clients,
    clients_none,
    client,
    client_accept,
    mailed,
    mailed_signed_in,
    mailed_to_another,
    newcomer,
    newcomer_wrong,
    ask,
    ask_wrong,
    asked,
    file,
    file_wrong,
    file_done,
    renewals,
    staff,
    staff_none,
    link_dead,
)
SCREENS: dict[str, Callable[[Site, Page], object]] = {
    **{shown.__name__: shown for shown in _NAMED},
    "renew": _deed("/renew"),
    "suspend": _deed("/suspend"),
    "revoke": _deed("/revoke"),
    "grant": _deed("/accept", **_waiting(origin="request")),
}
