"""« Pour quelle entreprise ? »: the choice, with a search and pages, for two organizations or ten thousand."""

from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm

from idp import clock
from idp.alive import LiveSession
from idp.delegations import acting
from idp.delegations.acting import A_PAGE
from idp.delegations.mandates.models import Mandate
from idp.errors import JourneyExpired
from idp.journey.browser import journey_of_this_browser
from idp.journey.models import Journey
from idp.sessions import current

LONGEST_SEARCH = 100
FEW = 8
"""Up to so many, no search is offered: they are all in sight."""


def show(journey_id: UUID) -> ResponseReturnValue:
    """One page of the organizations that may be meant, or of those that are searched for."""
    journey, session = _where_we_are(journey_id)
    search = " ".join(request.args.get("search", "")[:LONGEST_SEARCH].split())
    place = max(1, request.args.get("page", 1, type=int) or 1)
    return _page(journey, session, search, place)


def submit(journey_id: UUID) -> ResponseReturnValue:
    """Back to the hub with the choice; the page again where it is no longer one."""
    journey, session = _where_we_are(journey_id)
    if acting.pick(journey, session, request.form.get("choice", "")[:64]):
        return redirect(url_for("journey.resume", journey_id=journey.id), 303)
    return _page(journey, session, "", 1), 422


def _where_we_are(journey_id: UUID) -> tuple[Journey, LiveSession]:
    journey, session = journey_of_this_browser(journey_id), current.session()
    if session is None:
        raise JourneyExpired("nobody is signed in any more", journey.client_id)
    return journey, session


def _page(journey: Journey, session: LiveSession, search: str, place: int) -> str:
    now, account_id = clock.now(), session.account_id
    total = Mandate.how_many(account_id, now, acting.wish_of(journey))
    wish = acting.wish_of(journey, search)
    found = Mandate.how_many(account_id, now, wish) if search else total
    pages = max(1, -(-found // A_PAGE))
    place = min(place, pages)
    return render_template(
        "delegations/acting/acting.html",
        form=FlaskForm(),
        journey=journey,
        session=session,
        mandates=Mandate.some(account_id, now, wish, limit=A_PAGE, offset=(place - 1) * A_PAGE),
        last=session.organization_id,
        search=search,
        found=found,
        total=total,
        place=place,
        pages=pages,
        offers_search=total > FEW,
    )
