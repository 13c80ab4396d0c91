"""How large: `make scale` runs at full size, `make test` at one in a hundred."""

import os

import pytest

MEMBERS = 220_000


@pytest.fixture(scope="session")
def size() -> int:
    """How many organizations the fund has. SCALE is a percentage."""
    return MEMBERS * int(os.environ.get("SCALE", "1")) // 100
