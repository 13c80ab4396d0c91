"""The way to a page of ours that is for who is signed in: whoever is not signs in first, and arrives there."""

from typing import Any
from uuid import UUID

from flask import g, redirect, url_for
from flask.typing import ResponseReturnValue

from idp import clock
from idp.alive import LiveSession
from idp.errors import JourneyExpired
from idp.extensions import house
from idp.journey import browser
from idp.journey.models import Journey
from idp.journey.steps import Answer
from idp.journey.views import hub
from idp.registry.models import Fund
from idp.registry.views import funds
from idp.sessions import current
from idp.settings import settings

GOAL = "selfcare"


def sign_in_first(endpoint: str, fund: Fund | None = None, **arguments: object) -> ResponseReturnValue:
    """Begin a journey whose answer is the page of that endpoint, in the face of that fund, or of the only one."""
    return _begin({"endpoint": endpoint, "arguments": arguments}, fund)


def prove_again(session: LiveSession, endpoint: str, **arguments: object) -> ResponseReturnValue | None:
    """None while the password of this session was typed less than `fresh_for` ago; else the way to type it again.

    It leads back to the page of that endpoint: what was typed before must be kept somewhere else.
    """
    if session.auth_time + settings.fresh_for > clock.now():
        return None
    limit = int(settings.fresh_for.total_seconds())
    fund = Fund.by_id(UUID(g.fund_id)) if g.get("fund_id") else None
    return _begin({"endpoint": endpoint, "arguments": arguments, "max_age": limit}, fund)


def _begin(arrival: dict[str, Any], fund: Fund | None) -> ResponseReturnValue:
    fund = fund or funds.wear_the_only_one()
    question = {**arrival, "scopes": [], "claims": {}}
    question["arguments"] = {name: str(value) for name, value in arrival["arguments"].items()}
    journey = Journey(GOAL, question, browser.this_browser(), fund_id=str(fund.id) if fund else None)
    browser.dress(journey)
    return hub.advance(journey)


def dress(session: LiveSession, fund_id: object) -> None:
    """What every signed-in page wears: no opener, the person's own language, and the face of their fund."""
    g.signed_in_page = True
    g.locale = session.locale
    g.fund_id = str(fund_id) if fund_id else None


def portal_url() -> str | None:
    """The way from a page that is dressed back to the portal of its fund, where there is one."""
    fund = Fund.by_id(UUID(g.fund_id)) if g.get("fund_id") else None
    return house.way_back(fund.home_client_id) if fund else None


def _arrive(journey: Journey) -> ResponseReturnValue:
    if not journey.finish():
        raise JourneyExpired("this journey was answered already")
    current.touch()
    return redirect(url_for(journey.question["endpoint"], **journey.question["arguments"]), 303)


def _leave(journey: Journey, error: str) -> ResponseReturnValue:
    raise JourneyExpired(f"nothing is refused on the way to our own pages: {error}")


ANSWER = Answer(_arrive, _leave)
