"""A journey that has died, or that another browser began: it says so, and offers « Reprendre »."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from idp import extensions
from idp.errors import JourneyExpired, JourneyForeign
from idp.journey.views.hub import HINT
from keys.errors import KeysError


def show(error: JourneyExpired) -> ResponseReturnValue:
    """The page, with the way back to the portal that the signed hint in the address names, or to the fund's."""
    url = extensions.house.way_back(error.client_id or _hinted())
    foreign = isinstance(error, JourneyForeign)
    return render_template("journey/expired.html", resume_url=url, foreign=foreign), error.status


def _hinted() -> str | None:
    try:
        client_id = extensions.signed(HINT).read(request.args.get("portal", ""), None)
    except KeysError:
        return None  # no hint, or not one of ours
    return client_id if isinstance(client_id, str) else None
