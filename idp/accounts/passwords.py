"""The password policy: length and classes, judged as the person sees them (PWD-1)."""

import unicodedata
from enum import StrEnum

from keys.passwords import normalize

SHORTEST, LONGEST, CLASSES = 8, 128, 3


class Weakness(StrEnum):
    """Why a password is refused."""

    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    TOO_FEW_CLASSES = "too_few_classes"


def weaknesses(password: str) -> list[Weakness]:
    """Everything that is wrong with a password; empty when it may be chosen.

    Lengths are code points after Unicode composition (NFC). One pass, so that judging is cheap whatever was typed.
    """
    composed = normalize(password)
    if len(composed) > LONGEST:
        return [Weakness.TOO_LONG]
    found = []
    if len(composed) < SHORTEST:
        found.append(Weakness.TOO_SHORT)
    if len({_class_of(character) for character in composed}) < CLASSES:
        found.append(Weakness.TOO_FEW_CLASSES)
    return found


def _class_of(character: str) -> str:
    """Upper case, lower case, digit, or anything else, in any script; a space is something else."""
    category = unicodedata.category(character)
    return {"Lu": "upper", "Lt": "upper", "Ll": "lower", "Nd": "digit"}.get(category, "other")
