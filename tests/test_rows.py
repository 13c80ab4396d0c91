"""Every security row of docs/security.md is proved by a test, and every mark names a row."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rows import row

TESTS = Path(__file__).parent
PROMISES = TESTS.parent / "docs" / "security.md"


def promised() -> list[str]:
    """The ids of the table's lines, `| OPN-5 | what we promise |`, in order."""
    return re.findall(r"^\| ([A-Z][A-Z0-9]{2}-\d+) \|", PROMISES.read_text(), flags=re.MULTILINE)


def marks_in(source: str) -> Iterator[str]:
    """The ids given to `@row(…)` above a test or a class of tests, or to the module's `pytestmark`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            marks = node.decorator_list
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "pytestmark":
            marks = list(ast.walk(node.value))
        else:
            continue
        for mark in marks:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "row":
                yield from (ast.literal_eval(argument) for argument in mark.args)


def marked() -> set[str]:
    return {mark for path in TESTS.rglob("test_*.py") for mark in marks_in(path.read_text())}


def test_every_promise_has_a_test():
    assert not sorted(set(promised()) - marked()), "promised in docs/security.md and proved by no test"


def test_every_mark_names_a_promise():
    assert not sorted(marked() - set(promised())), "marked on a test and not promised in docs/security.md"


def test_a_row_is_promised_once():
    assert sorted(promised()) == sorted(set(promised()))


def test_a_mark_is_read_wherever_it_stands():
    source = (
        '@row("AAA-1", "AAA-2")\ndef test_one(): ...\n@row("AAA-3")\nclass TestTwo: ...\npytestmark = [row("AAA-4")]'
    )
    assert set(marks_in(source)) == {"AAA-1", "AAA-2", "AAA-3", "AAA-4"}


def test_the_mark_is_the_one_pytest_knows(request: pytest.FixtureRequest):
    assert row("AAA-1").name in {line.split("(")[0] for line in request.config.getini("markers")}
