"""Stolen passwords: a published list becomes a file that is searched where it lies."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.breached import Breached, build
from keys.errors import BadList
from tests.rows import row
from tests.stolen import listed

STOLEN = [f"Trois-Grues-{number}" for number in range(1000)]


def opened(lines: list[bytes], folder: Path, at_least: int = 1) -> Breached:
    with (folder / "breached").open("wb") as file:
        build(lines, file, at_least)
    return Breached(folder / "breached")


@row("PWD-2")
@pytest.mark.parametrize("count", [":3\r\n", ":1\n", "\n", ""], ids=["windows", "unix", "no count", "bare"])
def test_every_password_of_the_list_is_found_and_no_other(tmp_path: Path, count: str):
    found = opened(listed(*STOLEN, count=count), tmp_path)
    assert all(password in found for password in STOLEN)
    assert not any(f"{password}!" in found for password in STOLEN)


@pytest.mark.parametrize("size", range(1, 9))
def test_the_first_and_the_last_are_found_whatever_the_size(tmp_path: Path, size: int):
    found = opened(listed(*STOLEN[:size]), tmp_path)
    assert [password in found for password in STOLEN[:9]] == [True] * size + [False] * (9 - size)


@row("PWD-2")
def test_a_password_is_the_same_in_any_unicode_form(tmp_path: Path):
    found = opened(listed("Été-2026"), tmp_path)
    assert "E\u0301te\u0301-2026" in found
    assert "\ud800" not in found


def test_what_was_seen_too_rarely_is_left_out(tmp_path: Path):
    often, rarely = listed(STOLEN[0], count=":100\n"), listed(STOLEN[1], count=":99\n")
    found = opened(sorted(often + rarely), tmp_path, at_least=100)
    assert (STOLEN[0] in found, STOLEN[1] in found) == (True, False)


def test_lines_are_counted_and_one_hash_is_kept_once():
    out = io.BytesIO()
    built = build(sorted(listed(*STOLEN) + listed(*STOLEN)), out)
    assert built == (2000, 1000)
    assert len(out.getvalue()) == 16 + 6 * 1000


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "no hash"),
        ([b"password\n"], "line 1"),
        ([b"A" * 40 + b"\n", b"B" * 39 + b"\n"], "line 2"),
        ([b"A" * 40 + b":x\n"], "line 1"),
        ([b"B" * 40 + b"\n", b"A" * 40 + b"\n"], "line 2: the list is not ordered by hash"),
        ([b"A" * 41 + b"\n"], "line 1"),
    ],
    ids=["empty", "no hash", "short", "no count", "disorder", "long"],
)
def test_a_list_that_is_none_is_refused_by_its_line(lines: list[bytes], said: str):
    with pytest.raises(BadList, match=said):
        build(lines, io.BytesIO())


@row("PWD-2")
@pytest.mark.parametrize(
    "content", [b"", b"x", b"breached sha1-6\n", b"breached sha1-6\n12345", b"PK" * 100],
    ids=["empty", "one byte", "no hash", "cut", "another"],
)  # fmt: skip
def test_a_file_that_is_none_of_ours_is_refused(tmp_path: Path, content: bytes):
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BadList):
        Breached(tmp_path / "file")


@given(st.sets(st.text(max_size=20), min_size=1, max_size=60), st.text(max_size=20))
def test_it_answers_as_a_set_would(tmp_path_factory: pytest.TempPathFactory, stolen: set[str], other: str):
    composed = [password for password in stolen if password.isascii()] or ["a"]
    found = opened(listed(*composed), tmp_path_factory.mktemp("list"))
    assert all(password in found for password in composed)
    if other.isascii():
        assert (other in found) == (other in composed)
