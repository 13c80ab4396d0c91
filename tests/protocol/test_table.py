"""docs/protocol.md names what there is: each endpoint for programs, each file and each test of the protocol."""

import re
from pathlib import Path

from flask import Flask

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "protocol.md").read_text()
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")]
TABLE = [row for row in ROWS if len(row) == 4 and row[0] not in ("section", "---")]


def quoted(cell: str) -> list[str]:
    """What stands between back quotes."""
    return re.findall(r"`([^`]+)`", cell)


def test_every_file_and_every_test_of_the_table_exists():
    named = [path for row in TABLE for cell in row[2:] for path in quoted(cell)]
    assert len(named) == 2 * len(TABLE)
    assert [path for path in named if not (ROOT / path).is_file()] == []


def test_every_endpoint_of_the_protocol_has_a_row_and_no_other_has(app: Flask):
    served = {rule.rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("oidc.")}
    assert {path for row in TABLE for path in quoted(row[1])} == served


def test_every_test_file_of_the_protocol_has_a_row():
    kept = {str(path.relative_to(ROOT)) for path in Path(__file__).parent.glob("test_*.py")} - {
        "tests/protocol/test_table.py"
    }
    assert kept - {path for row in TABLE for path in quoted(row[3])} == set()


def test_every_program_of_others_is_named_and_every_name_is_one():
    named = {path for row in ROWS if len(row) == 2 for path in quoted(row[1]) if path.startswith("tests/")}
    assert named == {str(path.relative_to(ROOT)) for path in Path(__file__).parent.glob("clients/test_*.py")}
