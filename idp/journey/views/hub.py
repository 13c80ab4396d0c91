"""Where every screen comes back to, and every answer leaves from."""

from uuid import UUID

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from idp import extensions
from idp.journey import steps
from idp.journey.browser import journey_of_this_browser
from idp.journey.models import Journey
from idp.proofs import rates

HINT = "portal"


def advance(journey: Journey) -> ResponseReturnValue:
    """Ask the next question, or send the answer. A journey is written down when a screen is due, not before."""
    answer: steps.Answer = extensions.house.answers[journey.goal]
    step = steps.next_step(journey)
    if step is None:
        return answer.send(journey)
    if "none" in journey.prompts:
        return answer.refuse(journey, step.silent_error)
    if journey.version == 0:
        rates.admit()
        journey.save()
    return redirect(url_for(step.screen, journey_id=journey.id, portal=_hint(journey)), 303)


def _hint(journey: Journey) -> str | None:
    """Which portal to go back to once the journey has died: signed, since it stands in the address."""
    return journey.client_id and extensions.signed(HINT).sign(journey.client_id)


def resume(journey_id: UUID) -> ResponseReturnValue:
    """Every screen of a journey comes back here."""
    return advance(journey_of_this_browser(journey_id))
