"""docs/faults.md is true: every scenario is there, and each test that it names exists."""

import ast
import re
from pathlib import Path

from tests.invariants import INVARIANTS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "faults.md").read_text()
ASKED = {f"C-{number:02}" for number in (1, 2, 3, 5, 6, 7, 9, 12, 13, 15, 16, 17, 18, 19, 21, 24, 27, 28, 30)}
NAMED = re.findall(r"`(tests/\S+\.py)::(test_\w+)` \|$", PAGE, flags=re.MULTILINE)


def functions_of(path: Path) -> set[str]:
    return {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}


def test_every_scenario_has_its_line():
    assert set(re.findall(r"^\| (C-\d\d) \|", PAGE, flags=re.MULTILINE)) == ASKED


def test_every_line_names_a_test_that_exists():
    assert len(NAMED) == len(re.findall(r"^\| C-", PAGE, flags=re.MULTILINE))
    missing = [f"{path}::{name}" for path, name in NAMED if name not in functions_of(ROOT / path)]
    assert missing == []


def test_each_test_of_a_cluster_has_its_line():
    own = {name for path in (ROOT / "tests" / "cluster").glob("test_*.py") for name in functions_of(path)}
    assert {name for name in own if name.startswith("test_")} <= {name for _, name in NAMED}


def test_each_invariant_is_told_by_its_number():
    assert [str(one.__doc__).partition(":")[0] for one in INVARIANTS] == [f"I{number}" for number in range(1, 13)]
    assert all(f"I{number} " in PAGE for number in range(1, 13))
