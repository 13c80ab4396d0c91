"""A table of a spreadsheet (CSV), read whole: each line's cells by their column, or why the file is none."""

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

LONGEST = 1024 * 1024
MOST_LINES = 5000
_LONGEST_CELL = 500


class Line(NamedTuple):
    """A line of the table; `number` counts from 1, the header."""

    number: int
    cells: dict[str, str]


class Fault(NamedTuple):
    """Why a line, or with number 1 the file, cannot be taken: a word, and what it is about."""

    number: int
    reason: str
    about: str = ""


def read(data: bytes, columns: Sequence[str], optional: Sequence[str] = ()) -> list[Line] | Fault:
    """The lines under a header that names these columns, in any order; blank ones left out.

    UTF-8, with a byte order mark or none, or Windows-1252; cells stand between `;` or `,`. A `Fault` where it is
    anything else, or too long.
    """
    if len(data) > LONGEST:
        return Fault(1, "too_long")
    text = _decoded(data)
    if text is None or "\0" in text:
        return Fault(1, "not_text")
    header, _, _ = text.partition("\n")
    table = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in header else ",")
    try:
        rows = [(table.line_num, [cell.strip() for cell in row]) for row in table]
    except csv.Error:
        return Fault(1, "not_a_table")
    names = [name.casefold() for name in rows[0][1]] if rows else []
    missing = [name for name in columns if name not in names]
    if missing or len(set(names)) != len(names):
        return Fault(1, "columns", ", ".join(missing or names))
    if len(rows) - 1 > MOST_LINES:
        return Fault(1, "too_many_lines", str(MOST_LINES))
    wanted = {*columns, *optional}
    return [
        Line(number, {name: cell[:_LONGEST_CELL] for name, cell in zip(names, row, strict=False) if name in wanted})
        for number, row in rows[1:]
        if any(row)
    ]


def _decoded(data: bytes) -> str | None:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None
