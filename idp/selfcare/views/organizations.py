"""« Mes entreprises »: those a person may act for, and what they may do about each."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from idp import clock
from idp.accounts.models import Account
from idp.alive import LiveSession
from idp.delegations.mandates.models import Mandate, Wish
from idp.extensions import house
from idp.registry.models import Fund
from idp.sessions import current
from idp.sessions.views import arriving

A_PAGE = 20
LONGEST_SEARCH = 100
FEW = 8
"""Up to so many, no search is offered: they are all in sight."""


def show() -> ResponseReturnValue:
    """One page of them, one's own first, or of those that are searched for; whoever is not signed in signs in first."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.organizations", Fund.by_code(request.args.get("fund", "")))
    search = " ".join(request.args.get("search", "")[:LONGEST_SEARCH].split())
    place = max(1, request.args.get("page", 1, type=int) or 1)
    portal_url = _dressed(session)
    return _page(session, search, place, portal_url)


def _page(session: LiveSession, search: str, place: int, portal_url: str | None) -> str:
    now, account_id = clock.now(), session.account_id
    total = Mandate.how_many(account_id, now, Wish())
    wish = Wish(search=search)
    found = Mandate.how_many(account_id, now, wish) if search else total
    pages = max(1, -(-found // A_PAGE))
    place = min(place, pages)
    return render_template(
        "selfcare/organizations/organizations.html",
        session=session,
        mandates=Mandate.some(account_id, now, wish, limit=A_PAGE, offset=(place - 1) * A_PAGE),
        search=search,
        found=found,
        total=total,
        place=place,
        pages=pages,
        offers_search=total > FEW,
        portal_url=portal_url,
    )


def _dressed(session: LiveSession) -> str | None:
    """Give the page its face; the way back to the portal of the person's fund."""
    person = Account.reachable(account_id=session.account_id)
    fund = Fund.by_id(person.fund_id) if person and person.fund_id else None
    arriving.dress(session, fund.id if fund else None)
    return house.way_back(fund.home_client_id) if fund else None
