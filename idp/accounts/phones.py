"""Read a telephone number as people of France and overseas type it, and tell a mobile from any other (SMS-4).

The library's list of ranges is older than the numbering plan: it may say what a number is, never that one of our own
mobile families does not exist.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat, PhoneNumberType

COUNTRIES = frozenset({33, 262, 590, 594, 596, 508, 687, 689, 681})
"""The country codes of France and overseas. Satellites and services have codes of their own, and are not among them."""

_LONGEST = 64
_SEPARATORS = {"Zs", "Cf", "Pd"}  # spaces, invisible marks of a pasted text, dashes
_FULL_WIDTH = str.maketrans("＋（）", "+()")
# Overseas, people type the national form, which metropolitan France shares: 0692 12 34 56 is +262 692 12 34 56.
_OVERSEAS_MOBILE = {
    "639": 262, "692": 262, "693": 262, "690": 590, "691": 590, "694": 594, "696": 596, "697": 596,
    "708": 508, "7090": 590, "7091": 596, "7092": 262, "7093": 594, "70935": 262, "70936": 262, "70937": 262,
}  # fmt: skip
_OVERSEAS_FIXED = {"262": 262, "263": 262, "269": 262, "590": 590, "594": 594, "596": 596}
_OVERSEAS = _OVERSEAS_MOBILE | _OVERSEAS_FIXED
_OTHER_MOBILE = {33: ("6", "7"), 687: ("5", "7", "8", "9"), 689: ("87", "88", "89"), 681: ("82", "83")}
_NOT_DENIED = (PhoneNumberType.UNKNOWN, PhoneNumberType.FIXED_LINE_OR_MOBILE)


class Fault(StrEnum):
    """Why a text is not a number that we take."""

    CHARACTERS = "characters"
    """Letters, an extension, a URI."""
    LENGTH = "length"
    COUNTRY = "country"
    """Neither France nor overseas; satellites too."""
    PREMIUM = "premium"
    """Whoever calls it back pays."""


class NotAPhone(ValueError):
    """The text is no number that we take; `fault` says why, for a form."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.value)
        self.fault = fault


@dataclass(frozen=True)
class Phone:
    """A number in E.164, and whether it receives SMS."""

    number: str
    is_mobile: bool


def parse(typed: str) -> Phone:
    """The number that was typed, nationally or with its country code: `06 12…`, `+33 (0)6…`, `0033 6…`, `0692…`.

    Spaces, dots, dashes and invisible marks are dropped. Raises `NotAPhone`.
    """
    number = _placed(_read(_plain(typed)))
    if number.country_code not in COUNTRIES:
        raise NotAPhone(Fault.COUNTRY)
    if not phonenumbers.is_possible_number(number):
        raise NotAPhone(Fault.LENGTH)
    kind = phonenumbers.number_type(number)
    if kind == PhoneNumberType.PREMIUM_RATE:
        raise NotAPhone(Fault.PREMIUM)
    is_mobile = kind == PhoneNumberType.MOBILE or (kind in _NOT_DENIED and _is_of_a_mobile_family(number))
    return Phone(phonenumbers.format_number(number, PhoneNumberFormat.E164), is_mobile)


def shown(number: str) -> str:
    """A number in E.164 as people write it: `06 12 34 56 78`; with its country code where that form is not enough."""
    parsed = phonenumbers.parse(number)
    digits = phonenumbers.national_significant_number(parsed)
    if len(digits) == 9 and parsed.country_code == _country_of(digits):
        return re.sub(r"(..)(?!$)", r"\1 ", f"0{digits}")
    return phonenumbers.format_number(parsed, PhoneNumberFormat.INTERNATIONAL).replace(".", " ")


def _plain(typed: str) -> str:
    """An optional plus and ASCII digits, nothing else."""
    if len(typed) > _LONGEST:
        raise NotAPhone(Fault.LENGTH)
    kept = (char for char in typed.strip().translate(_FULL_WIDTH) if not _separates(char))
    plain = "".join(str(unicodedata.decimal(char, char)) for char in kept)
    plain = re.sub(r"^(\+|00)([0-9]+)\(0\)", r"\1\2", plain)  # +33 (0)6: the zero is not dialled
    plain = plain.replace("(", "").replace(")", "")
    if not re.fullmatch(r"\+?[0-9]+", plain):
        raise NotAPhone(Fault.CHARACTERS)
    return plain


def _separates(char: str) -> bool:
    return char in "./\t\r\n" or unicodedata.category(char) in _SEPARATORS


def _read(plain: str) -> PhoneNumber:
    try:
        return phonenumbers.parse(plain, "FR")
    except NumberParseException as error:
        unknown = error.error_type == NumberParseException.INVALID_COUNTRY_CODE
        raise NotAPhone(Fault.COUNTRY if unknown else Fault.LENGTH) from error


def _placed(number: PhoneNumber) -> PhoneNumber:
    """The same under the country code of its territory, where a number read as metropolitan is from overseas."""
    digits = phonenumbers.national_significant_number(number)
    if number.country_code != 33 or len(digits) != 9:
        return number
    return PhoneNumber(country_code=_country_of(digits), national_number=int(digits))


def _country_of(digits: str) -> int:
    """The country code of a national number of nine digits, dialled in France with a zero before it."""
    return next((_OVERSEAS[digits[:n]] for n in (5, 4, 3) if digits[:n] in _OVERSEAS), 33)


def _is_of_a_mobile_family(number: PhoneNumber) -> bool:
    digits, country = phonenumbers.national_significant_number(number), number.country_code
    overseas = any(_OVERSEAS_MOBILE.get(digits[:n]) == country for n in (3, 4, 5))
    return overseas or digits.startswith(_OTHER_MOBILE.get(country or 0, ()))
