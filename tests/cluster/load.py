"""People who sign in, and portals that redeem, refresh and ask, again and again, until told to stop."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.browser import Browser
from tests.builders import Member, Portal
from tests.cluster.wire import Wire
from tests.relying_party import RelyingParty

PEOPLE = 4
SOON = 20
"""Seconds until a busy machine must have done what was asked."""


class Failed(Exception):
    """A flow that did not end as it should, and where."""


@dataclass
class Load:
    """What went well, and what did not."""

    done: int = 0
    failures: list[str] = field(default_factory=list)
    _ends: threading.Event = field(default_factory=threading.Event)
    _turn: threading.Condition = field(default_factory=threading.Condition)

    def until(self, more: int) -> None:
        """Return once that many more flows are done. Raises AssertionError when that takes too long."""
        with self._turn:
            wanted = self.done + more
            assert self._turn.wait_for(lambda: self.done >= wanted, SOON * more), self.failures[:5]

    def repeat(self, flow: Callable[[], None]) -> None:
        while not self._ends.is_set():
            try:
                flow()
            except Exception as error:  # noqa: BLE001 - whatever it is, a person met it
                self.failures.append(f"{type(error).__name__}: {error}"[:300])
                time.sleep(0.05)
            else:
                with self._turn:
                    self.done += 1
                    self._turn.notify_all()

    def end(self) -> None:
        self._ends.set()


@contextmanager
def load(flows: list[Callable[[], None]]) -> Iterator[Load]:
    """Repeat each of these in a thread of its own."""
    running = Load()
    threads = [threading.Thread(target=running.repeat, args=(flow,), daemon=True) for flow in flows]
    for thread in threads:
        thread.start()
    try:
        yield running
    finally:
        running.end()
        for thread in threads:
            thread.join(60)


def sign_in_and_use(wire: Wire, portal: Portal, member: Member) -> str:
    """A whole flow, each request of it to whichever node comes next; the last refresh token."""
    party, browser = RelyingParty(wire, portal), Browser(wire)  # type: ignore[arg-type]
    _must(browser.asks(portal).status == 200, f"request: {browser.page.status}")
    page = browser.submit(email=member.email, password=member.password)
    _must(page.location is not None and "code=" in page.location, f"sign-in: {page.status} {page.title} {page.url}")
    code = page.answer["code"]
    reply = party.redeems(code)
    _must(reply.ok, f"code: {reply.status}")
    first = reply["refresh_token"]
    refreshed = party.refreshes(first)
    _must(refreshed.ok, f"refresh: {refreshed.status}")
    told = party.userinfo(refreshed["access_token"])
    _must(told.ok, f"userinfo: {told.status}")
    secret = browser.cookie("idp_session")
    wire.observed.secrets.secret("code", code)
    wire.observed.secrets.secret("refresh token", first, refreshed["refresh_token"])
    wire.observed.secrets.secret("session", secret)
    wire.observed.refresh_tokens.append(refreshed["refresh_token"])
    return str(refreshed["refresh_token"])


def flows(wire: Wire, portal: Portal, members: list[Member]) -> list[Callable[[], None]]:
    """One a person."""

    def of(member: Member) -> Callable[[], None]:
        return lambda: void(sign_in_and_use(wire, portal, member))

    return [of(member) for member in members]


def void(anything: object) -> None:
    """Let it go."""


def soon(holds: Callable[[], bool]) -> None:
    """Return once it holds. Raises AssertionError after a minute (I10)."""
    limit = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < limit, "not within a minute"
        time.sleep(0.1)


def _must(holds: bool, otherwise: str) -> None:
    if not holds:
        raise Failed(otherwise)
