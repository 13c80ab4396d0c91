"""What this node stands on, part by part: the database, the short-lived store, the keys, and the two clocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from http import HTTPStatus

from idp import clock, db, extensions
from idp.errors import StoreUnavailable
from keys.errors import NoKey

ALARM = timedelta(seconds=2)
"""Beyond, someone should look at NTP."""
REFUSAL = timedelta(seconds=30)
"""Beyond, a node does not start: it would accept what has expired, and refuse what has not."""


class State(StrEnum):
    """How a part does."""

    OK = "ok"
    DEGRADED = "degraded"
    AWAY = "away"


@dataclass(frozen=True)
class Readiness:
    """The state of each part; nothing tells why, since anyone may read it."""

    parts: Mapping[str, State]

    @property
    def state(self) -> State:
        """Away without database or keys, which every answer needs; degraded while only a part of the answers is."""
        if State.AWAY in (self.parts["database"], self.parts["keys"]):
            return State.AWAY
        return State.OK if set(self.parts.values()) == {State.OK} else State.DEGRADED

    @property
    def http_status(self) -> HTTPStatus:
        """503 takes this node out of the balancer's list."""
        return HTTPStatus.SERVICE_UNAVAILABLE if self.state == State.AWAY else HTTPStatus.OK


def readiness() -> Readiness:
    """Ask each part once: one statement, one round trip to the short-lived store. Raises nothing when one is away."""
    distance = clock_distance()
    return Readiness(
        {
            "database": State.AWAY if distance is None else State.OK,
            "short-lived store": _store(),
            "keys": _keys(),
            "clock": State.OK if distance is not None and distance <= ALARM else State.DEGRADED,
        }
    )


def clock_distance() -> timedelta | None:
    """How far this node's clock and the database's stand apart; None when the database does not answer."""
    try:
        return abs(db.seconds_from(db.db.session(), clock.now()))
    except db.AWAY:
        db.unit_of_work(writes=False).undo()
        return None


def _store() -> State:
    try:
        extensions.store.ping()
    except StoreUnavailable:
        return State.AWAY
    return State.OK


def _keys() -> State:
    try:
        extensions.ring.jwks(clock.now())
    except NoKey:
        return State.AWAY
    return State.DEGRADED if extensions.ring.stale else State.OK
