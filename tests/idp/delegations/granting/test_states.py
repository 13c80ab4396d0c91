"""How a delegation stands is read from what happened to it."""

from datetime import timedelta

import pytest

from idp import clock
from idp.delegations.granting.states import State, state
from idp.delegations.models import Delegation

NOW = clock.now()
LATER, EARLIER = NOW + timedelta(days=1), NOW - timedelta(days=1)


def a(**what_happened):
    return Delegation(**({"origin": "offer", "ends_at": LATER} | what_happened))


@pytest.mark.parametrize(
    ("what_happened", "expected"),
    [
        ({}, State.DRAFT),
        ({"ended_at": NOW, "ended_why": "withdrawn"}, State.WITHDRAWN),
        ({"offered_at": EARLIER, "lapses_at": LATER}, State.OFFERED),
        ({"offered_at": EARLIER, "lapses_at": LATER, "origin": "request"}, State.ASKED),
        ({"offered_at": EARLIER, "lapses_at": NOW}, State.LAPSED),
        ({"offered_at": EARLIER, "lapses_at": LATER, "ends_at": NOW}, State.LAPSED),
        ({"offered_at": EARLIER, "ended_at": NOW, "ended_why": "refused"}, State.REFUSED),
        ({"accepted_at": EARLIER}, State.STANDING),
        ({"accepted_at": EARLIER, "suspended_at": EARLIER}, State.SUSPENDED),
        ({"accepted_at": EARLIER, "suspended_at": EARLIER, "ends_at": NOW}, State.OVER),
        ({"accepted_at": EARLIER, "ended_at": NOW, "ended_why": "by_member"}, State.REVOKED),
    ],
    ids=lambda value: value.value if isinstance(value, State) else "",
)
def test_each_life_has_its_state(what_happened, expected):
    assert state(a(**what_happened), NOW) is expected
