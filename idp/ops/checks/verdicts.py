"""A check of the deployment: what it looks at, why that matters, and what it may find."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from idp.settings import Settings


class Verdict(StrEnum):
    """How bad it is."""

    FINE = "fine"
    ADVICE = "advice"
    WRONG = "wrong"


class Seen(NamedTuple):
    """One thing that was seen, and what to do about it where something should be done."""

    verdict: Verdict
    what: str
    do: str = ""


class Check(NamedTuple):
    """One question to the deployment.

    `look` raises nothing but `idp.errors.Unavailable`. With `at_start`, a server does not start while the answer is
    wrong; with `told_at_start`, it says so in its log. With `in_development`, it is asked there too.
    """

    name: str
    why: str
    look: Callable[[Settings], Iterator[Seen]]
    at_start: bool = False
    told_at_start: bool = False
    in_development: bool = False


def fine(what: str) -> Seen:
    """As it should be."""
    return Seen(Verdict.FINE, what)


def advice(what: str, do: str) -> Seen:
    """It works, and could be better."""
    return Seen(Verdict.ADVICE, what, do)


def wrong(what: str, do: str) -> Seen:
    """Unsafe or missing: do something about it."""
    return Seen(Verdict.WRONG, what, do)
