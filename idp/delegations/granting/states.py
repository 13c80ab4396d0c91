"""How a delegation stands, read from what happened to it: no column says it, so none can be wrong."""

from datetime import datetime
from enum import StrEnum

from idp.delegations.models import Delegation


class State(StrEnum):
    """Where a delegation is in its life."""

    DRAFT = "draft"
    OFFERED = "offered"
    ASKED = "asked"
    STANDING = "standing"
    SUSPENDED = "suspended"
    LAPSED = "lapsed"
    """Never answered in time."""
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """Taken back before it was answered."""
    OVER = "over"
    """Its last day has passed."""
    REVOKED = "revoked"


WAITING = frozenset({State.OFFERED, State.ASKED})
IN_LIFE = WAITING | {State.STANDING, State.SUSPENDED}

OVER = "over"
_WHY = {"refused": State.REFUSED, "withdrawn": State.WITHDRAWN, OVER: State.OVER}
"""How it stands by why it ended: what is none of these was revoked, by one side or with one."""


def state(one: Delegation, now: datetime) -> State:
    """How it stands at that instant."""
    if one.ended_at is not None:
        return _WHY.get(one.ended_why or "", State.REVOKED)
    if one.accepted_at is None:
        return _unanswered(one, now)
    if one.ends_at <= now:
        return State.OVER
    return State.STANDING if one.suspended_at is None else State.SUSPENDED


def _unanswered(one: Delegation, now: datetime) -> State:
    if one.offered_at is None:
        return State.DRAFT
    if one.ends_at <= now or one.lapses_at is None or one.lapses_at <= now:
        return State.LAPSED
    return State.ASKED if one.origin == "request" else State.OFFERED
