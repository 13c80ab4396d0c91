"""« Qui a accès »: the people of a company, the firms and the applications, and when each last acted."""

from uuid import UUID

from flask import current_app, render_template, request
from flask.typing import ResponseReturnValue

from idp import clock
from idp.accounts.colleagues.holding import held_by
from idp.accounts.colleagues.models import Colleague, Invitation
from idp.accounts.views import menus
from idp.extensions import house
from idp.selfcare.models import Firm
from idp.sessions import current
from idp.sessions.views import arriving

A_PAGE = 50
APPLICATIONS = "consent.admitted"
"""The page on which a company is opened to applications and closed."""


def show(organization_id: UUID) -> ResponseReturnValue:
    """All three on one page, for a holder; for anybody else there is no such page (TRS-1)."""
    session = current.session()
    if session is None:
        return arriving.sign_in_first("selfcare.people", organization_id=organization_id)
    held, now = held_by(session.account_id, organization_id), clock.now()
    arriving.dress(session, held.organization.fund_id)
    total = Colleague.how_many(held.id, now)
    pages = max(1, -(-total // A_PAGE))
    place = min(max(1, request.args.get("page", 1, type=int) or 1), pages)
    return render_template(
        "selfcare/people/people.html",
        session=session,
        held=held,
        people=Colleague.some(held.id, now, limit=A_PAGE, offset=(place - 1) * A_PAGE),
        place=place,
        pages=pages,
        invitations=Invitation.waiting(held.id, now),
        firms=Firm.of(held.id, now, A_PAGE),
        applications_endpoint=APPLICATIONS if APPLICATIONS in current_app.view_functions else None,
        known=house.known(held.id),
        acts=house.acts(held.id),
        in_words=menus.in_words,
    )
