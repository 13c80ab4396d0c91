"""A register's file, line by line."""

import codecs
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.registry import feed, siret
from idp.registry.feed import COLUMNS, Fault, Line
from tests.registers import HEADER, a_file, a_line, a_siret

BOM = codecs.BOM_UTF8


def read(content: bytes) -> list[Line | Fault]:
    return list(feed.read(io.BytesIO(content)))


def the_line(**changes: str) -> Line:
    (found,) = read(a_file(a_line(**changes)))
    assert isinstance(found, Line), found
    return found


def the_reason(**changes: str) -> str:
    (found,) = read(a_file(a_line(**changes)))
    assert isinstance(found, Fault), found
    assert found.line == 2
    return found.reason


def test_a_line_says_what_stands_in_its_columns():
    line = the_line(civility="M.", given_names="Jean  Paul", overseas="oui", closed_on="31/12/2026")
    assert line == Line(
        *(2, "nord", "M1", a_siret(), "Maçonnerie", "member", None, "M.", "Jean Paul", "Martin"),
        address=["MACONNERIE MARTIN", "12 RUE DES LILAS", "59000 EXEMPLE"],
        overseas=True,
        closed_on=date(2026, 12, 31),
    )


@pytest.mark.parametrize("marked", [b"", BOM])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("delimiter", [b";", b","])
def test_a_file_is_read_with_either_delimiter_and_end_of_line_and_with_or_without_a_mark(
    marked: bytes, end: bytes, delimiter: bytes
):
    content = marked + a_file(a_line()).replace(b"\n", end).replace(b";", delimiter)
    assert read(content) == [the_line()]


def test_a_file_in_windows_1252_reads_the_same():
    content = a_file(a_line(name="Bâtiment de l’Œuvre — 1 €"))
    assert read(content.decode().encode("cp1252")) == read(content)


def test_columns_stand_in_any_order():
    header, line = (";".join(reversed(text.split(";"))) for text in (HEADER, a_line()))
    assert read(a_file(line, header=header.upper())) == [the_line()]


def test_blank_lines_are_left_out_and_still_counted():
    found = read(a_file("", ";" * (len(COLUMNS) - 1), "  ", a_line()))
    assert [line.line for line in found] == [5]


def test_a_quoted_cell_may_hold_the_delimiter_and_quotation_marks():
    assert the_line(name='"Martin; Fils ""et"" Cie"').name == 'Martin; Fils "et" Cie'


def test_spaces_around_a_cell_are_dropped():
    assert the_line(number=" M 1 ", siret="999 000 011 00018", kind=" member").number == "M 1"


@pytest.mark.parametrize("spoiled", ["7,32829E+13", "7.32829E+13", "9,99E+13"])
def test_a_siret_that_a_spreadsheet_spoiled_is_named_as_such(spoiled: str):
    assert "siret: a spreadsheet took it for a number" in the_reason(siret=spoiled)


def test_a_number_that_a_spreadsheet_spoiled_is_named_as_such():
    assert "number: a spreadsheet took it for a number" in the_reason(number="1,2E+08")


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("fund", "", "is empty"),
        ("number", "", "is not a number"),
        ("number", "é", "is not a number"),
        ("number", "1" * 33, "is not a number"),
        ("siret", "", "is empty"),
        ("siret", "7328293200007", "14 digits"),
        ("siret", a_siret()[:13] + str((int(a_siret()[13]) + 1) % 10), "check digit"),
        ("siret", "MONACOCONFO001", "other characters"),
        ("name", "", "is empty"),
        ("name", "x" * 201, "201 characters"),
        ("name", "a\u200bb", "invisible"),
        ("name", "a\x00b", "invisible"),
        ("kind", "adherent", "member, site, firm"),
        ("address_2", "x" * 39, "39 characters, at most 38"),
        ("overseas", "peut-être", "neither yes nor no"),
        ("closed_on", "2026-02-30", "is no date"),
        ("closed_on", "30/02/2026", "is no date"),
        ("closed_on", "bientôt", "is no date"),
    ],
)
def test_a_bad_cell_is_named_with_its_reason(column: str, value: str, reason: str):
    assert the_reason(**{column: value}).startswith(f"{column}: ")
    assert reason in the_reason(**{column: value})


def test_every_fault_of_a_line_is_told():
    reason = the_reason(siret="1", overseas="x", closed_on="y")
    assert [part.split(":")[0] for part in reason.split("; ")] == ["siret", "overseas", "closed_on"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "site", "parent": ""}, "a site names its member"),
        ({"kind": "member", "parent": "M2"}, "a member has none"),
        ({"kind": "firm", "parent": "M2"}, "a firm has none"),
        ({"given_names": ""}, "or neither"),
        ({"given_names": "", "family_name": ""}, "made out to its holder"),
    ],
)
def test_a_line_that_contradicts_itself_is_refused(changes: dict[str, str], reason: str):
    assert reason in the_reason(**changes)


def test_a_site_or_what_has_ended_needs_no_holder():
    unnamed = {"given_names": "", "family_name": ""}
    assert the_line(parent="M2", **unnamed).given_names is None
    assert the_line(closed_on="2020-01-01", **unnamed).given_names is None


def test_a_bad_line_hides_no_other():
    found = read(a_file('M1;"never closed', a_line(), "a;b", a_line()))
    assert [type(one) for one in found] == [Fault, Line, Fault, Line]
    assert [one.line for one in found] == [2, 3, 4, 5]


def test_a_line_that_is_longer_than_any_is_refused_without_being_kept():
    found = read(a_file("x" * 1_000_000, a_line()))
    assert [(type(one), one.line) for one in found] == [(Fault, 2), (Line, 3)]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (HEADER.removesuffix(";closed_on"), "'closed_on' is missing"),
        (HEADER + ";sirene", "'sirene' is no column"),
        (HEADER + ";siret", "'siret' stands twice"),
        ("", "'fund' is missing"),
    ],
)
def test_a_header_names_each_column_once(header: str, reason: str):
    (fault,) = read(a_file(a_line(), header=header))
    assert isinstance(fault, Fault)
    assert (fault.line, reason in fault.reason) == (1, True)


def test_an_empty_file_has_no_header():
    (fault,) = read(b"")
    assert isinstance(fault, Fault)


def test_a_file_in_utf_16_is_named_as_such():
    (fault,) = read(a_file(a_line()).decode().encode("utf-16"))
    assert isinstance(fault, Fault)
    assert "UTF-16" in fault.reason


def test_a_line_in_another_encoding_than_the_file_is_refused_and_never_garbled():
    windows, utf8 = a_line(name="Bâtiment").encode("cp1252"), a_line(name="Maçonnerie").encode()
    found = read(a_file() + windows + b"\n" + utf8)
    assert [type(one) for one in found] == [Line, Fault]
    marked = read(BOM + a_file() + windows + b"\n" + utf8)
    assert [type(one) for one in marked] == [Fault, Line]


CELLS = st.text(alphabet=st.sampled_from('M1é"\r\n\t\x00;,E+9 \ufeff\u2028'), max_size=8)
LINES = st.lists(CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)).map(";".join)


@given(st.one_of(st.binary(max_size=400), st.binary(max_size=400).map(lambda tail: a_file() + tail)))
def test_any_bytes_give_lines_or_reasons(content: bytes):
    prove(read(content))


@given(st.lists(LINES, max_size=4), st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
def test_any_cells_give_lines_or_reasons(lines: list[str], encoding: str):
    prove(read(a_file(*lines).decode().encode(encoding, "replace")))


def prove(found: list[Line | Fault]) -> None:
    assert [one.line for one in found] == sorted({one.line for one in found})
    for one in found:
        if isinstance(one, Fault):
            assert one.reason
        else:
            assert siret.parse(one.siret) == one.siret
            assert one.name.isprintable()
