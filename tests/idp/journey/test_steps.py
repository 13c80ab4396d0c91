"""A list of steps, and the first one due."""

import pytest

from idp import extensions
from idp.journey.models import Journey
from idp.journey.steps import Step, next_step


@pytest.fixture
def journey(app):
    """A journey that nothing was asked of yet, in a house with three steps."""
    asked = ("first", "second", "third")
    steps = tuple(
        Step(name, lambda journey, name=name: name not in journey.facts, "a.screen", "error") for name in asked
    )
    app.extensions["idp_house"] = extensions.House(journey=steps)
    with app.app_context():
        yield Journey(goal="authorize", question={}, browser="browser")


def test_the_first_that_is_due_is_asked_in_the_order_of_the_house(journey):
    assert next_step(journey).name == "first"
    journey.facts["first"] = True
    assert next_step(journey).name == "second"
    journey.facts["third"] = True
    assert next_step(journey).name == "second"


def test_none_is_asked_when_none_is_due(journey):
    journey.facts |= dict.fromkeys(("first", "second", "third"), True)
    assert next_step(journey) is None


def test_a_step_is_asked_again_when_its_fact_is_gone(journey):
    journey.facts |= dict.fromkeys(("first", "second", "third"), True)
    del journey.facts["first"]
    assert next_step(journey).name == "first"
