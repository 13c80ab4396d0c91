"""Whether two spellings are one person's: a register corrects a name, it never makes one person another."""

import unicodedata
from difflib import SequenceMatcher

_CLOSE = 0.75
"""How alike two words must be to be one, mistyped."""


def are_one_person(names: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether given names and family name, each, are alike: a typing error, an accent, a name more or less.

    A father and his son, or a buyer with the same given name, are two people.
    """
    return all(_are_alike(_words(one), _words(another)) for one, another in zip(names, other, strict=True))


def _words(name: str) -> list[str]:
    plain = "".join(char for char in unicodedata.normalize("NFKD", name.casefold()) if not unicodedata.combining(char))
    return "".join(char if char.isalnum() else " " for char in plain).split()


def _are_alike(one: list[str], other: list[str]) -> bool:
    if not one or not other:
        return False
    if set(one) <= set(other) or set(other) <= set(one):
        return True
    return SequenceMatcher(None, " ".join(one), " ".join(other), autojunk=False).ratio() >= _CLOSE
