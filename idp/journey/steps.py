"""What a journey is made of: steps, each due or not, and the answer that is sent when none is."""

from collections.abc import Callable
from dataclasses import dataclass

from flask.typing import ResponseReturnValue

from idp import extensions
from idp.journey.models import Journey


@dataclass(frozen=True)
class Step:
    """One question that a journey may have to ask.

    `screen` is the endpoint that asks it, with a `journey_id`; `silent_error` is what the portal is told when it is due
    and nothing may be shown (`prompt=none`).
    """

    name: str
    is_due: Callable[[Journey], bool]
    screen: str
    silent_error: str


@dataclass(frozen=True)
class Answer:
    """How the journeys of one goal end: with an answer, or with a refusal by its error code."""

    send: Callable[[Journey], ResponseReturnValue]
    refuse: Callable[[Journey, str], ResponseReturnValue]


def next_step(journey: Journey) -> Step | None:
    """The first step that is due, in the order of the House; None when the answer can be sent."""
    steps: tuple[Step, ...] = extensions.house.journey
    return next((step for step in steps if step.is_due(journey)), None)
