"""Passwords that are guessed first: the common ones, the trade's words, and the person's own (PWD-2)."""

import re
import unicodedata
from collections.abc import Iterable

from zxcvbn.frequency_lists import FREQUENCY_LISTS

from keys.passwords import normalize

COMMON = frozenset(word for words in FREQUENCY_LISTS.values() for word in words)
TRADE = frozenset(["cibtp", "btp", "batiment", "conges", "payes", "intemperies", "maconnerie"])
MONTHS = frozenset(
    [
        "janvier",
        "fevrier",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "aout",
        "septembre",
        "octobre",
        "novembre",
        "decembre",
    ],
)
LONGEST = 128
"""Characters read of a password or a text about a person."""
SHORTEST_WORD, MOST_WORDS = 3, 40
ENOUGH = 4  # what must be left of a password without its known words: letters, and runs of digits counted as one
LOOKALIKES = str.maketrans("@4310$5", "aaeioss")


def is_guessable(password: str, about: Iterable[str] = ()) -> bool:
    """Whether a password is a common one, or little more than words of the trade or of the person.

    `about` are texts the person is known by: names, company, SIREN, address before the "@". Case, accents, signs
    and usual replacements ("@" for "a") hide nothing. Dates add nothing: a run of digits counts as one character.
    Both the password and the words are cut, so that the time is bounded whatever is given (PWD-3).
    """
    plain = _fold(normalize(password)[:LONGEST])
    known = sorted(TRADE | MONTHS | _words(about), key=len, reverse=True)
    return any(_is_common(text) or _is_made_of(text, known) for text in (plain, _trim(plain).translate(LOOKALIKES)))


def _is_common(text: str) -> bool:
    return text in COMMON or _trim(text) in COMMON


def _is_made_of(text: str, known: list[str]) -> bool:
    rest = text
    for word in known:
        rest = rest.replace(word, " ")
    return rest != text and len(re.sub(r"\d+", "0", re.sub(r"[\W_]", "", rest))) < ENOUGH


def _words(texts: Iterable[str]) -> frozenset[str]:
    found = (word for text in texts for word in re.findall(r"[^\W_]+", _fold(text[:LONGEST])))
    return frozenset([word for word in found if len(word) >= SHORTEST_WORD][:MOST_WORDS])


def _trim(text: str) -> str:
    """Without the digits and signs at its ends: what people add to a word to satisfy the rules."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", text)


def _fold(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
