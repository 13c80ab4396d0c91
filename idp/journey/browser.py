"""Which journey is this browser on? (edge)"""

from uuid import UUID

from flask import Response, after_this_request, g, request

from idp.errors import JourneyExpired, JourneyForeign
from idp.extensions import signed
from idp.journey.models import Journey
from idp.settings import settings
from idp.web import headers, i18n
from idp.web.cookies import cookie, cookie_name
from keys import opaque
from keys.errors import KeysError


def this_browser() -> str:
    """What names this browser: an opaque value in a signed cookie, made at the first journey."""
    known = _read_cookie()
    if known is None:
        known = g.new_browser = opaque.make()
        after_this_request(_set_cookie)
    return known


def journey_of_this_browser(journey_id: UUID) -> Journey:
    """The journey of that id. Raises `JourneyExpired`, or `JourneyForeign` if another browser began it (SES-4)."""
    journey = Journey.get(journey_id)
    if journey is None:
        raise JourneyExpired("no such journey any more")
    if not _read_cookie() == journey.browser:
        raise JourneyForeign("the journey belongs to another browser", journey.client_id)
    dress(journey)
    return journey


def waiting_journey() -> Journey | None:
    """The journey to go on with after a page that stands beside it, as its address says: `?journey_id=`.

    None where there is none, or none that lives in this browser: such a page does not need one.
    """
    meant = request.args.get("journey_id", type=UUID)
    try:
        return journey_of_this_browser(meant) if meant else None
    except JourneyExpired:
        return None


def known_browser() -> str | None:
    """What names this browser, if it was here before."""
    return _read_cookie()


def dress(journey: Journey) -> None:
    """Give the pages of a journey the face of its fund, its language, and the way back to its portal."""
    g.fund_id = journey.fund_id
    g.client_name = journey.client_name
    g.locale = journey.locale = i18n.asked() or journey.locale  # kept if this request saves the journey: a GET does not
    if journey.return_origin:
        headers.allow_form_action(journey.return_origin)


def _read_cookie() -> str | None:
    if "new_browser" in g:
        return str(g.new_browser)
    text = cookie("browser")
    if text is None:
        return None
    try:
        value = signed("browser").read(text, None)
    except KeysError:
        return None  # forged, or of a key long gone: this is a new browser
    return value if isinstance(value, str) else None


def _set_cookie(response: Response) -> Response:
    response.set_cookie(
        cookie_name("browser"),
        signed("browser").sign(g.new_browser),
        httponly=True,
        secure=settings.is_secure,
        samesite="Lax",
    )
    return response
