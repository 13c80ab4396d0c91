"""Values that nobody chose: the same ones at each run, more of them and others where they are asked for.

`FUZZ=5000 SEED=7 python -m pytest tests/hostile` tries so many of each, from another beginning; a failure tells both.
"""

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

EXAMPLES, SEED = int(os.environ.get("FUZZ", "100")), int(os.environ.get("SEED", "20261125"))

text = st.text(st.characters(codec=None), max_size=300)
"""Any characters, NUL and halves of surrogate pairs among them."""
sendable = st.text(st.characters(codec="utf-8"), max_size=300)
"""Any text that can be sent."""


def json_of(texts: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Any JSON value, as Python reads it: with endless numbers, infinities, and things that are no number."""
    plain = st.none() | st.booleans() | st.integers() | st.floats() | texts | st.just(10**400)
    return st.recursive(
        plain, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4), max_leaves=12
    )


json_values = json_of(text | st.just("\ud800"))


def fuzzed(*strategies: Any, examples: int = EXAMPLES, **named: Any) -> Callable[[Any], Any]:
    """Run a test on values of these strategies."""
    chosen = settings(
        max_examples=examples,
        database=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )

    def run(test: Any) -> Any:
        print(f"FUZZ={EXAMPLES} SEED={SEED}")
        return seed(SEED)(chosen(given(*strategies, **named)(test)))

    return run
