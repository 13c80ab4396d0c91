"""A register's file, read line by line: what each line says, or why it cannot be true.

What `sync` takes is any iterable of `Line | Fault`: this reader of CSV files is one, and needs to know no database.
"""

import codecs
import csv
import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from typing import Any, BinaryIO, NamedTuple

from idp.registry import siret as sirets
from idp.registry.models import KINDS

ADDRESS = tuple(f"address_{place}" for place in range(1, 7))
COLUMNS = (
    *("fund", "number", "siret", "name", "kind", "parent", "civility", "given_names", "family_name"),
    *ADDRESS,
    *("overseas", "closed_on"),
)
AFNOR = 38
"""The longest line of a postal address (NF Z 10-011)."""

_LONGEST_LINE = 64 * 1024
_NUMBER = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z ./_-]{0,30}[0-9A-Za-z])?")
_SPREADSHEET = re.compile(r"\d+(?:[.,]\d+)?E\+\d+", re.IGNORECASE)
_FRENCH_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_YES, _NO = {"1", "oui", "o", "vrai", "yes", "y", "true"}, {"", "0", "non", "n", "faux", "no", "false"}
_SPOILED = "a spreadsheet took it for a number and lost its last digits: format the column as text and export again"
_SIRET_FAULTS = {
    sirets.Fault.SPREADSHEET: _SPOILED,
    sirets.Fault.CHARACTERS: "holds other characters than digits",
    sirets.Fault.LENGTH: "has not 14 digits (a spreadsheet drops the zeros in front)",
    sirets.Fault.CHECK_DIGIT: "is mistyped: its check digit does not fit",
}


class Line(NamedTuple):
    """What a line of the register says of one organization. `line` counts from 1, the header."""

    line: int
    fund: str
    number: str
    siret: str
    name: str
    kind: str
    parent: str | None
    civility: str | None
    given_names: str | None
    family_name: str | None
    address: list[str]
    overseas: bool
    closed_on: date | None


class Fault(NamedTuple):
    """Why a line cannot be applied, in words for the operator."""

    line: int
    reason: str


class _Wrong(ValueError):
    """A cell, a line or the file cannot be true."""


def read(file: BinaryIO) -> Iterator[Line | Fault]:
    """Each line of a CSV file after its header, blank ones left out; a bad line never hides another.

    The file is UTF-8, with a byte order mark or none, or Windows-1252; its cells stand between `;` or `,`. The header
    names each of `COLUMNS` once, in any order. One line is one organization: no cell goes over two.
    """
    try:
        decode = _decoder(file)
        lines = _raw_lines(file)
        delimiter, columns = _header(decode(next(lines, b"")))
    except _Wrong as wrong:
        yield Fault(1, str(wrong))
        return
    for number, raw in enumerate(lines, 2):
        try:
            cells = _cells(decode(raw), delimiter)
            if any(cells):
                yield _line(number, columns, cells)
        except _Wrong as wrong:
            yield Fault(number, str(wrong))


def _raw_lines(file: BinaryIO) -> Iterator[bytes]:
    """The file's lines; one without end is cut, so that it costs no memory, and is refused as too long."""
    while raw := file.readline(_LONGEST_LINE + 1):
        yield raw
        while len(raw) > _LONGEST_LINE and not raw.endswith(b"\n"):
            raw = file.readline(_LONGEST_LINE + 1)


def _decoder(file: BinaryIO) -> Callable[[bytes], str]:
    """How the file's lines are decoded; it is read whole for that, and stands behind its byte order mark again."""
    start = file.read(3)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _Wrong("the file is UTF-16: export it as CSV UTF-8")
    is_marked = start == codecs.BOM_UTF8
    decode = _as_utf8 if is_marked or _is_utf8(file) else _as_windows
    file.seek(len(start) if is_marked else 0)
    return decode


def _is_utf8(file: BinaryIO) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for chunk in iter(partial(file.read, _LONGEST_LINE), b""):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _as_utf8(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise _Wrong("not UTF-8, as the file's first bytes say it is") from error


def _reads_as_utf8(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


def _as_windows(raw: bytes) -> str:
    if raw.isascii():
        return raw.decode("ascii")
    if _reads_as_utf8(raw):
        raise _Wrong("UTF-8, in a file that holds Windows-1252 too: export it again in one encoding")
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _Wrong("neither UTF-8 nor Windows-1252") from error


def _header(text: str) -> tuple[str, list[str]]:
    delimiter = ";" if ";" in text else ","
    columns = [cell.lower() for cell in _cells(text, delimiter)]
    wrong = [f"{name!r} is missing" for name in COLUMNS if name not in columns]
    wrong += [f"{name!r} is no column of a register" for name in columns if name not in COLUMNS]
    wrong += [f"{name!r} stands twice" for name in COLUMNS if columns.count(name) > 1]
    if wrong:
        raise _Wrong(f"the header: {', '.join(wrong[:20])}"[:1000])
    return delimiter, columns


def _cells(text: str, delimiter: str) -> list[str]:
    if len(text) > _LONGEST_LINE:
        raise _Wrong("the line is longer than any organization's")
    try:
        return [cell.strip() for cell in next(csv.reader([text], delimiter=delimiter, strict=True), [])]
    except csv.Error as error:
        raise _Wrong(f"the quotation marks do not pair up, or a cell goes over two lines ({error})") from error


def _line(number: int, columns: list[str], cells: list[str]) -> Line:
    if len(cells) != len(columns):
        raise _Wrong(f"{len(cells)} cells, where the header has {len(columns)}")
    values: dict[str, Any] = {}
    wrong = []
    for column, cell in zip(columns, cells, strict=True):
        try:
            values[column] = _CELLS[column](cell)
        except _Wrong as reason:
            wrong.append(f"{column}: {reason}")
    wrong += _contradictions(values)
    if wrong:
        raise _Wrong("; ".join(wrong))
    address = [line for line in map(values.pop, ADDRESS) if line]
    return Line(line=number, address=address, **values)


def _contradictions(values: dict[str, Any]) -> Iterator[str]:
    """What cannot be true of a line as a whole; a cell that could not be read contradicts nothing."""
    kind, parent = values.get("kind"), values.get("parent", "")
    if parent is None and kind == "site":
        yield "parent: a site names its member's number"
    if parent and kind in ("member", "firm"):
        yield f"parent: a {kind} has none"
    names = [values.get(name, "") for name in ("given_names", "family_name")]
    if names.count(None) == 1:
        yield "the holder has given names and a family name, or neither"
    if names == [None, None] and kind == "member" and values.get("closed_on", "") is None:
        yield "given_names, family_name: a member's letters are made out to its holder"


def _text(longest: int, cell: str) -> str | None:
    """A text on one line, single-spaced and composed; None when empty."""
    if not cell:
        return None
    text = unicodedata.normalize("NFC", " ".join(cell.split()))
    if not text.isprintable():
        raise _Wrong("holds an invisible character")
    if len(text) > longest:
        raise _Wrong(f"has {len(text)} characters, at most {longest}")
    return text or None


def _needed(longest: int, cell: str) -> str:
    text = _text(longest, cell)
    if text is None:
        raise _Wrong("is empty")
    return text


def _number(cell: str) -> str:
    if not _NUMBER.fullmatch(cell):
        raise _Wrong(_SPOILED if _SPREADSHEET.fullmatch(cell) else "is not a number of 1 to 32 letters and digits")
    return cell


def _siret(cell: str) -> str:
    if not cell:
        raise _Wrong("is empty")
    try:
        return sirets.parse(cell)
    except sirets.NotASiret as error:
        raise _Wrong(_SIRET_FAULTS[error.fault]) from error


def _kind(cell: str) -> str:
    if cell not in KINDS:
        raise _Wrong(f"is not one of {', '.join(KINDS)}")
    return cell


def _flag(cell: str) -> bool:
    if cell.lower() not in _YES | _NO:
        raise _Wrong("is neither yes nor no")
    return cell.lower() in _YES


def _day(cell: str) -> date | None:
    french = _FRENCH_DATE.fullmatch(cell)
    try:
        if french:
            return date(int(french[3]), int(french[2]), int(french[1]))
        return date.fromisoformat(cell) if cell else None
    except ValueError as error:
        raise _Wrong("is no date (2026-12-31, or 31/12/2026)") from error


_CELLS: dict[str, Callable[[str], Any]] = {
    "fund": partial(_needed, 32),
    "number": _number,
    "siret": _siret,
    "name": partial(_needed, 200),
    "kind": _kind,
    "parent": lambda cell: _number(cell) if cell else None,
    "civility": partial(_text, 16),
    "given_names": partial(_text, 100),
    "family_name": partial(_text, 100),
    **dict.fromkeys(ADDRESS, partial(_text, AFNOR)),
    "overseas": _flag,
    "closed_on": _day,
}
