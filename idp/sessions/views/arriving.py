"""The way to a page of ours that is for who is signed in: whoever is not signs in first, and arrives there."""

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue

from idp.alive import LiveSession
from idp.errors import JourneyExpired
from idp.journey import browser
from idp.journey.models import Journey
from idp.journey.steps import Answer
from idp.journey.views import hub
from idp.registry.models import Fund
from idp.registry.views import funds
from idp.sessions import current

GOAL = "selfcare"


def sign_in_first(endpoint: str, fund: Fund | None = None) -> ResponseReturnValue:
    """Begin a journey whose answer is the page of that endpoint, in the face of that fund, or of the only one."""
    fund = fund or funds.wear_the_only_one()
    question = {"endpoint": endpoint, "scopes": [], "claims": {}}
    journey = Journey(GOAL, question, browser.this_browser(), fund_id=str(fund.id) if fund else None)
    browser.dress(journey)
    return hub.advance(journey)


def dress(session: LiveSession, fund_id: object) -> None:
    """What every signed-in page wears: no opener, the person's own language, and the face of their fund."""
    g.signed_in_page = True
    g.locale = session.locale
    g.fund_id = str(fund_id) if fund_id else None


def _arrive(journey: Journey) -> ResponseReturnValue:
    if not journey.finish():
        raise JourneyExpired("this journey was answered already")
    current.touch()
    return redirect(url_for(journey.question["endpoint"]), 303)


def _leave(journey: Journey, error: str) -> ResponseReturnValue:
    raise JourneyExpired(f"nothing is refused on the way to our own pages: {error}")


ANSWER = Answer(_arrive, _leave)
