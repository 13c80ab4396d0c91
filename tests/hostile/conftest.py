"""A house on each kind of storage, for whoever means it harm; it refuses nothing for having been asked too often."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import worlds
from tests.hostile.doors import House

PLENTY = 1_000_000
OFTEN = dict.fromkeys(("network_tries", "opening_tries", "opening_challenge_after", "sign_in_tries"), PLENTY)
OFTEN |= {"sign_in_tries_a_day": PLENTY, "sms_an_hour_from_network": PLENTY, "mails_an_hour": PLENTY}
OFTEN |= {"sign_in_network_window": 0.001}  # forgotten at once


@pytest.fixture(params=["sqlite", "postgresql"])
def patient_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application of one's own on SQLite and its file, then on PostgreSQL and Redis."""
    if request.param == "sqlite":
        made = request.getfixturevalue("template").sqlite(tmp_path, **OFTEN)
    else:
        made = request.getfixturevalue("postgres_template").copy(tmp_path, **OFTEN)
    yield made
    worlds.close(made)


@pytest.fixture
def strict_house(postgres_template: worlds.PostgresTemplate, tmp_path: Path) -> Iterator[House]:
    """The same on PostgreSQL alone, which takes less than SQLite does."""
    made = postgres_template.copy(tmp_path, **OFTEN)
    yield House(made)
    worlds.close(made)


@pytest.fixture
def house(patient_app: Flask) -> House:
    """With a portal and a person who holds a company."""
    return House(patient_app)
