"""How large: `make scale` runs at full size, `make test` at one in a hundred."""

import pytest

from tests.scale.measuring import share

MEMBERS = 220_000


@pytest.fixture(scope="session")
def size() -> int:
    """How many organizations the fund has."""
    return share(MEMBERS)
