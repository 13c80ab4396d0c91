"""The pages of one's companies in every state: which they are, who has access, invitations, further letters."""

from playwright.sync_api import Page

from idp.registry.models import Fund
from tests.builders import Member, a_delegation, an_account, an_organization, membership
from tests.screens.site import Site, an_address, choose, fill, press, submit


def _enters(site: Site, page: Page, path: str, who: Member | None = None) -> Member:
    who = who or site.member()
    page.goto(f"{site.home}{path.format(who.organization_id)}")
    submit(page, email=who.email, password=who.password)
    return who


def _with_people(site: Site) -> tuple[Member, str]:
    """A holder with a colleague, a firm and an invitation; the path of the colleague's page."""
    who = site.member()
    with site.app.app_context():
        other = an_account(email=an_address())
        assert who.organization_id is not None
        link = membership(other.id, who.organization_id, holder=False).id
        firm = an_organization(Fund.only(), kind="firm", name="Cabinet Exemple").id
        a_delegation(who.organization_id, firm)
    return who, f"/organizations/{who.organization_id}/people/{link}"


def companies(site: Site, page: Page) -> Member:
    return _enters(site, page, "/organizations")


def companies_none(site: Site, page: Page) -> None:
    with site.app.app_context():
        who = an_account(email=an_address())
    _enters(site, page, "/organizations", who)


def companies_many(site: Site, page: Page) -> None:
    who = site.member()
    with site.app.app_context():
        for number in range(24):
            membership(who.id, an_organization(Fund.only(), name=f"Charpente {number:02}").id)
    _enters(site, page, "/organizations", who)


def people(site: Site, page: Page) -> Member:
    who, _ = _with_people(site)
    _enters(site, page, "/organizations/{}/people/invite", who)
    _sends_invitation(page)
    return who


def _sends_invitation(page: Page) -> str:
    email = an_address()
    fill(page, email=email)
    page.locator("main [name=documents]").select_option("read")
    submit(page)
    return email


def invite(site: Site, page: Page) -> Member:
    return _enters(site, page, "/organizations/{}/people/invite")


def invite_wrong(site: Site, page: Page) -> None:
    invite(site, page)
    submit(page, email="nour")


def invite_withdraw(site: Site, page: Page) -> None:
    people(site, page)
    press(page.locator("main a[href*=invitations]"))


def colleague(site: Site, page: Page) -> None:
    who, path = _with_people(site)
    _enters(site, page, path, who)
    page.goto(f"{site.home}{path}")


def colleague_wrong(site: Site, page: Page) -> None:
    colleague(site, page)
    page.locator("main [name=documents]").select_option("")
    submit(page)


def end_access(site: Site, page: Page) -> None:
    who, path = _with_people(site)
    _enters(site, page, path, who)
    page.goto(f"{site.home}{path}/end")


def leave(site: Site, page: Page) -> None:
    _enters(site, page, "/organizations/{}/leave")


def leave_last(site: Site, page: Page) -> None:
    leave(site, page)
    submit(page)


def _invited(site: Site, page: Page) -> str:
    """Somebody was invited, and opens the link in a browser where nobody is signed in."""
    invite(site, page)
    email = _sends_invitation(page)
    page.context.clear_cookies()
    page.goto(site.link(email))
    return email


def invitation(site: Site, page: Page) -> None:
    _invited(site, page)


def invitation_signed_in(site: Site, page: Page) -> None:
    email = _invited(site, page)
    with site.app.app_context():
        who = an_account(email=email)
    choose(page, "sign-in")
    submit(page, email=email, password=who.password)


def invitation_of_another(site: Site, page: Page) -> None:
    _invited(site, page)
    choose(page, "sign-in")
    who = site.member()
    submit(page, email=who.email, password=who.password)


def invitation_account(site: Site, page: Page) -> str:
    email = _invited(site, page)
    choose(page, "open")
    return email


def invitation_account_wrong(site: Site, page: Page) -> None:
    invitation_account(site, page)
    submit(page, code="12", given_names="Nour", password="court", password_again="autre")


def invitation_dead(site: Site, page: Page) -> None:
    page.goto(f"{site.home}/invitation")


def attach(site: Site, page: Page) -> None:
    _enters(site, page, "/organizations/attach")


def attach_empty(site: Site, page: Page) -> None:
    attach(site, page)
    submit(page)


def attach_confirm(site: Site, page: Page) -> None:
    letters = site.letters()
    attach(site, page)
    submit(page, **letters.typed)


def attach_unconfirmed(site: Site, page: Page) -> None:
    attach_confirm(site, page)
    submit(page)


_SHOWN = (
    companies,
    companies_none,
    companies_many,
    people,
    invite,
    invite_wrong,
    invite_withdraw,
    colleague,
    colleague_wrong,
    end_access,
    leave,
    leave_last,
    invitation,
    invitation_signed_in,
    invitation_of_another,
    invitation_account,
    invitation_account_wrong,
    invitation_dead,
    attach,
    attach_empty,
    attach_confirm,
    attach_unconfirmed,
)
SCREENS = {shown.__name__: shown for shown in _SHOWN}
