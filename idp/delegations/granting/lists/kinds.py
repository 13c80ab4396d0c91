"""By what a list is narrowed: how its delegations stand, in five words rather than ten."""

from datetime import timedelta
from enum import StrEnum

from idp.delegations.granting.states import State
from idp.settings import settings


class Kind(StrEnum):
    """How those that are listed stand; the values are what stands in the address of the page."""

    WAITING = "waiting"
    STANDING = "standing"
    ENDING = "ending"
    """Those that have begun and whose end is near, suspended or not."""
    SUSPENDED = "suspended"
    OVER = "over"


STATES = {
    Kind.WAITING: {State.DRAFT, State.OFFERED, State.ASKED},
    Kind.STANDING: {State.STANDING},
    Kind.ENDING: {State.STANDING, State.SUSPENDED},
    Kind.SUSPENDED: {State.SUSPENDED},
    Kind.OVER: {State.LAPSED, State.REFUSED, State.WITHDRAWN, State.OVER, State.REVOKED},
}
"""What each kind may hold: all but `ENDING` divide them without a rest."""


def named(text: str) -> Kind | None:
    """The kind of that name, if it is one."""
    return next((kind for kind in Kind if kind == text), None)


def soon() -> timedelta:
    """An end is near from the first reminder on."""
    return max(settings.delegation_reminders_before, default=timedelta())
