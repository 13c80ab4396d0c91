"""A short-lived store on each adapter, sealed as the house gets it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from idp import clock
from idp.shortlived.store import Sealed, open_store
from keys.vault import Vault
from tests.idp.shortlived.hands import Hands

VAULT = Vault({1: bytes(range(32))})


@pytest.fixture
def vault() -> Vault:
    return VAULT


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture(params=["sqlite", "redis"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a store is, on each adapter."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shortlived.db"
    address: str = request.getfixturevalue("redis_url")
    return address


@pytest.fixture
def open_one(url: str) -> Callable[[], Sealed]:
    """Open the same store once more."""
    return lambda: open_store(url, VAULT, clock.now)


@pytest.fixture
def store(open_one: Callable[[], Sealed]) -> Iterator[Sealed]:
    """An empty store."""
    opened = open_one()
    opened.clear()
    yield opened
    opened.clear()
