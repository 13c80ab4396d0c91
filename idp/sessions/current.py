"""Who is signed in here? (edge)"""

from flask import Response, after_this_request, g

from idp import alive, clock
from idp.alive import LiveSession
from idp.audit import origin
from idp.sessions.lifecycle import OpenSession
from idp.sessions.models import Session
from idp.settings import settings
from idp.web.cookies import cookie, cookie_name
from keys import opaque

COOKIE = "session"


def session() -> LiveSession | None:
    """The live session of this browser; asked once a request, and not at all without a cookie."""
    if "session" not in g:
        secret = cookie(COOKIE)
        g.session = alive.session_alive(opaque.digest(secret), clock.now()) if secret else None
        if g.session is not None:
            origin.acts(g.session.account_id)
    found: LiveSession | None = g.session
    return found


def start(opened: OpenSession) -> None:
    """Let this browser hold the session's new secret."""
    g.pop("session", None)

    @after_this_request
    def set_cookie(response: Response) -> Response:
        secure = settings.is_secure
        response.set_cookie(cookie_name(COOKIE), opened.secret, httponly=True, secure=secure, samesite="Lax")
        return response


def forget() -> None:
    """Expire our session cookie, by name: the portal's cookies are none of our business (BRW-2)."""
    g.session = None

    @after_this_request
    def expire_cookie(response: Response) -> Response:
        response.delete_cookie(cookie_name(COOKIE), httponly=True, secure=settings.is_secure, samesite="Lax")
        return response


def touch() -> None:
    """Write the activity of this session down, at most once a minute, in a request that writes anyway."""
    found, now = session(), clock.now()
    if found is not None and now - found.seen_at >= settings.session_touched_every:
        Session.touch(found.id, now)
