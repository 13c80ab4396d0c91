"""Sessions in memory, under an opaque name that the browser holds. A real portal would keep them in a database."""

import secrets
import threading
import time
from typing import Any, cast

from flask import Flask, Request, Response
from flask.sessions import SessionInterface, SessionMixin

COOKIE = "portal_session"  # ports of one host share cookies: no other program uses this name
LIFETIME = 8 * 3600
MOST = 10_000


class Session(dict[str, Any], SessionMixin):
    """What the portal remembers of one browser, the same for all its tabs."""

    def __init__(self, sessions: "MemorySessions") -> None:
        super().__init__()
        self.sessions = sessions
        self.name = secrets.token_urlsafe(32)
        self.expires_at = time.monotonic() + LIFETIME

    def rename(self) -> None:
        """Take a new name: one that was planted before the sign-in is worth nothing after it."""
        self.sessions.forget(self.name)
        self.name = secrets.token_urlsafe(32)


class MemorySessions(SessionInterface):
    """All sessions of this process; the oldest give way when there are too many."""

    def __init__(self, secure: bool, cookie: str = COOKIE) -> None:
        self._kept: dict[str, Session] = {}
        self._lock = threading.Lock()
        self._secure = secure
        self._cookie = cookie

    def open_session(self, app: Flask, request: Request) -> Session:
        """The session that the browser's cookie names, or a new one."""
        with self._lock:
            kept = self._kept.get(request.cookies.get(self._cookie, ""))
        return kept if kept is not None and kept.expires_at > time.monotonic() else Session(self)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Keep what is worth keeping: a visitor who only looks gets no cookie."""
        kept = cast(Session, session)
        if not kept:
            return
        with self._lock:
            self._kept[kept.name] = kept
            while len(self._kept) > MOST:
                del self._kept[next(iter(self._kept))]
        response.set_cookie(self._cookie, kept.name, httponly=True, secure=self._secure, samesite="Lax")

    def end(self, sid: str) -> None:
        """Forget every browser that is signed in by the provider's session of that name."""
        with self._lock:
            for name, session in list(self._kept.items()):
                if session.get("person", {}).get("sid") == sid:
                    del self._kept[name]
                    session.clear()  # a request that holds it now must not keep it again

    def forget(self, name: str) -> None:
        """Whoever comes with that name is nobody."""
        with self._lock:
            self._kept.pop(name, None)
