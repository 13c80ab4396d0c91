"""The password policy: length and classes as the person sees them (PWD-1); nothing that is guessed first (PWD-2)."""

import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from idp.accounts import blocklist
from idp.extensions import breached
from keys.passwords import normalize

SHORTEST, LONGEST, CLASSES = 8, 128, 3


class Weakness(StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_FEW_CLASSES = "too_few_classes"
    GUESSABLE = "guessable"
    BREACHED = "breached"


def weaknesses(password: str, about: Iterable[str] = ()) -> list[Weakness]:
    """What is wrong with a password; empty when it may be chosen. The rules in sight come first.

    `about` are texts the person is known by: names, company, SIREN, address before the "@". Judging is cheap, whatever
    was typed (PWD-3), and nothing of it leaves this machine.
    """
    return broken_rules(password) or _known(password, about)


def broken_rules(password: str) -> list[Weakness]:
    """The rules it breaks, of those that stand before the field: lengths, in code points after NFC, and classes."""
    composed = normalize(password)
    if len(composed) > LONGEST:
        return [Weakness.TOO_LONG]
    found = []
    if len(composed) < SHORTEST:
        found.append(Weakness.TOO_SHORT)
    if len({_class_of(character) for character in composed}) < CLASSES:
        found.append(Weakness.TOO_FEW_CLASSES)
    return found


def _known(password: str, about: Iterable[str]) -> list[Weakness]:
    """Whether others try it first."""
    if blocklist.is_guessable(password, about):
        return [Weakness.GUESSABLE]
    return [Weakness.BREACHED] if password in breached else []


def _class_of(character: str) -> str:
    """Upper case, lower case, digit, or anything else, in any script; a space is something else."""
    category = unicodedata.category(character)
    return {"Lu": "upper", "Lt": "upper", "Ll": "lower", "Nd": "digit"}.get(category, "other")
