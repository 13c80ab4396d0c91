"""Read a SIRET as people type and paste it; the register alone knows whether it exists."""

import unicodedata
from enum import StrEnum

import stdnum.fr.siret

_LONGEST = 64
_SEPARATORS = {"Zs", "Cf", "Pd"}  # spaces, invisible marks of a pasted text, dashes


class Fault(StrEnum):
    """Why a text is not a SIRET."""

    SPREADSHEET = "spreadsheet"
    """A spreadsheet took it for a number and lost its last digits: `7,32E+13`."""
    CHARACTERS = "characters"
    LENGTH = "length"
    CHECK_DIGIT = "check_digit"


class NotASiret(ValueError):
    """The text is no SIRET; `fault` says why, for a form or a line of an import."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


def parse(text: str) -> str:
    """The fourteen digits, leading zeros kept; spaces, dots, hyphens and invisible marks are dropped.

    La Poste's establishments follow a rule of their own. Monaco's identifiers, which hold letters, are no members' and
    are refused. Raises `NotASiret`.
    """
    digits = "".join(char for char in text[:_LONGEST].strip() if char != "." and not _separates(char))
    if not (digits.isascii() and digits.isdigit()):  # full-width digits are digits too, but nobody types them
        raise NotASiret(Fault.SPREADSHEET if _is_scientific(text) else Fault.CHARACTERS)
    if len(digits) != 14 or len(text) > _LONGEST:
        raise NotASiret(Fault.LENGTH)
    if digits.startswith("000000000") or not stdnum.fr.siret.is_valid(digits):  # zeros satisfy any check digit
        raise NotASiret(Fault.CHECK_DIGIT)
    return digits


def _separates(char: str) -> bool:
    return char in "\t\r\n" or unicodedata.category(char) in _SEPARATORS


def _is_scientific(text: str) -> bool:
    mantissa, mark, exponent = text[:_LONGEST].strip().upper().partition("E")
    return bool(mark) and mantissa.replace(",", "").replace(".", "").isdecimal() and exponent.lstrip("+").isdecimal()
