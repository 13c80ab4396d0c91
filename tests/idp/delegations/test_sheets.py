"""A table of a spreadsheet, read whole."""

import pytest

from idp.delegations import sheets
from idp.delegations.sheets import Fault, Line


@pytest.mark.parametrize(
    "data",
    [
        "siret;nom\n1;Éli\n".encode(),
        "\ufeffnom,siret,autre\r\nÉli,1,x\r\n".encode(),
        'SIRET;NOM\n"1";"Éli"\n\n'.encode("cp1252"),
    ],
    ids=["utf-8", "marked, commas", "windows, quoted"],
)
def test_each_spreadsheets_way_is_read(data):
    assert sheets.read(data, ("siret", "nom")) == [Line(2, {"siret": "1", "nom": "Éli"})]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "columns"),
        (b"nom\nx\n", "columns"),
        (b"siret;siret\n1;2\n", "columns"),
        (b"siret\n\x00\n", "not_text"),
        (b"siret\n\x81\n", "not_text"),
        (b"siret\n" + b"1\n" * 5001, "too_many_lines"),
        (b"x" * (1024 * 1024 + 1), "too_long"),
        (b'siret\n"' + b"y" * 200_000 + b'"\n', "not_a_table"),
    ],
    ids=["empty", "no column", "twice", "nul", "no text", "lines", "bytes", "cell"],
)
def test_anything_else_is_none(data, reason):
    done = sheets.read(data, ("siret",))
    assert isinstance(done, Fault)
    assert (done.number, done.reason) == (1, reason)


def test_a_short_line_lacks_its_last_cells():
    assert sheets.read(b"siret;nom\n1\n", ("siret", "nom")) == [Line(2, {"siret": "1"})]
