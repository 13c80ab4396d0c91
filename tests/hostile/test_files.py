"""What an operator's files say, whatever it is: read, or refused with the one error that is declared."""

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import strategies as st

from idp.delegations import sheets
from idp.delegations.granting.former_area import day
from idp.oidc.clients import apis, applying
from idp.oidc.clients.described import FileRefused
from idp.registry import feed, funds
from tests.fuzzing import fuzzed, json_of, sendable
from tests.registers import HEADER, a_line
from tests.rows import row

READERS: dict[str, tuple[Callable[[Path], Any], type[Exception]]] = {
    "funds": (funds.read, funds.FileRefused),
    "clients": (applying.read, FileRefused),
    "resources": (apis.read, FileRefused),
}
cells = st.sampled_from(HEADER.split(";"))
odd = (
    st.sampled_from(["\0", '"', ";", "\r", "\u2028", "32/13/2026", "0001-01-01", "7,32E+13", "999", "é" * 300])
    | sendable
)
values = st.dictionaries(
    st.sampled_from(["client_id", "name", "redirect_uris", "jwks", "scopes", "code"]), json_of(sendable)
)


@row("INP-3")
@fuzzed(st.dictionaries(cells, odd, max_size=4), st.sampled_from(["utf-8", "cp1252", "utf-16"]))
def test_a_line_of_a_register_is_read_or_told_to_be_wrong(changes, encoding):
    file = f"{HEADER}\n{a_line(**changes)}\n{a_line(number='M2')}\n".encode(encoding, "replace")
    told = list(feed.read(BytesIO(file)))
    assert all(isinstance(one, feed.Line | feed.Fault) for one in told)
    assert all("\0" not in cell for one in told if isinstance(one, feed.Line) for cell in map(str, one))


@row("INP-3")
@fuzzed(st.binary(max_size=1000) | odd.map(str.encode), st.dictionaries(st.sampled_from(["siret", "rights"]), odd))
def test_any_bytes_are_a_table_of_a_firm_or_not_one(content, cells):
    line = ";".join(cells.get(name, "") for name in ("siret", "rights"))
    for data in (content, f"siret;rights;until\n{line};31/12/2027\n".encode(), b"siret;rights;until\n" + content):
        told = sheets.read(data, ("siret", "rights", "until"), ())
        assert isinstance(told, sheets.Fault) or all(isinstance(one, sheets.Line) for one in told)


@row("INP-3")
@fuzzed(sendable | st.dates().map(str) | st.text("0123456789/-", max_size=12))
def test_any_cell_is_a_day_or_none(cell):
    found = day(cell)
    assert found is None or day(found.isoformat()) == found


@row("INP-3")
@fuzzed(st.binary(max_size=2000))
def test_any_bytes_are_no_register(content):
    assert all(isinstance(one, feed.Line | feed.Fault) for one in feed.read(BytesIO(content)))
    assert all(isinstance(one, feed.Line | feed.Fault) for one in feed.read(BytesIO(f"{HEADER}\n".encode() + content)))


@pytest.mark.parametrize("kind", READERS)
@fuzzed(content=st.binary(max_size=300) | sendable.map(str.encode))
def test_any_bytes_are_no_description(tmp_path, kind, content):
    _reads(tmp_path, kind, content)


@pytest.mark.parametrize("kind", READERS)
@fuzzed(described=st.lists(values, max_size=3) | json_of(sendable))
def test_any_description_is_taken_or_refused(tmp_path, kind, described):
    _reads(tmp_path, kind, yaml.safe_dump({kind: described}).encode())


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize(
    "text",
    [
        "a: 2026-99-99",
        "!!timestamp x",
        "!!int x",
        "!!float x",
        "!!binary é",
        "[" * 3000,
        "{[1]: 2}",
        "? - 1",
        "&a [*a]",
        "0b",
    ],
)
def test_what_yaml_itself_stumbles_over_is_refused(tmp_path, kind, text):
    _reads(tmp_path, kind, text.encode())


def _reads(folder: Path, kind: str, content: bytes) -> None:
    reader, refused = READERS[kind]
    file = folder / "file.yaml"
    file.write_bytes(content)
    with suppress(refused):
        reader(file)
