"""Files of a fund's register, with invented companies: one line a case, or as many as a whole fund has."""

from collections.abc import Iterator

from stdnum import luhn

from idp.registry.feed import COLUMNS

HEADER = ";".join(COLUMNS)
SITES_IN_TEN = 2


def a_siret(company: int = 1, place: int = 1) -> str:
    """An invented SIRET: the place of a company."""
    siren = f"999{company:05}"
    siren += luhn.calc_check_digit(siren)
    nic = f"{place:04}"
    return siren + nic + luhn.calc_check_digit(siren + nic)


def a_line(number: str = "M1", **changes: str) -> str:
    """A member's line, valid by default; a site's when it has a `parent`."""
    values = dict.fromkeys(COLUMNS, "") | {"fund": "nord", "number": number, "siret": a_siret(), "name": "Maçonnerie"}
    names = {"civility": "Mme", "given_names": "Léa", "family_name": "Martin", "kind": "member"}
    values |= names | {"address_1": "MACONNERIE MARTIN", "address_4": "12 RUE DES LILAS", "address_6": "59000 EXEMPLE"}
    values |= {"kind": "site"} if "parent" in changes else {}
    return ";".join((values | changes)[column] for column in COLUMNS)


def a_file(*lines: str, header: str = HEADER) -> bytes:
    """A file of these lines, in UTF-8."""
    return "\n".join((header, *lines, "")).encode()


def a_whole_fund(size: int) -> Iterator[str]:
    """The lines of a fund of that size: in ten organizations, two are sites of the member before them."""
    yield HEADER
    for place in range(size):
        siret = a_siret(place // 3, place % 3 + 1)
        parent = f"M{place - place % 10:06}" if place % 10 >= 10 - SITES_IN_TEN else ""
        changes = {"parent": parent} if parent else {}
        yield a_line(f"M{place:06}", siret=siret, name=f"Maçonnerie {place}", **changes)
