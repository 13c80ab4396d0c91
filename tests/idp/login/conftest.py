"""A house on each kind of storage, with its portal, and people at browsers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import builders, worlds
from tests.browser import Browser
from tests.builders import Member, Portal

MakeApp = Callable[..., Flask]


@pytest.fixture(params=["sqlite", "postgresql"])
def make_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[MakeApp]:
    """Make an application with some settings changed, on SQLite and its file, then on PostgreSQL and Redis."""
    made: list[Flask] = []

    def make(**changes: object) -> Flask:
        if request.param == "sqlite":
            made.append(request.getfixturevalue("template").sqlite(tmp_path, **changes))
        else:
            made.append(request.getfixturevalue("postgres_template").copy(tmp_path, **changes))
        return made[-1]

    yield make
    for app in made:
        worlds.close(app)


@pytest.fixture
def house(make_app: MakeApp) -> Flask:
    """One as it is by default."""
    return make_app()


@pytest.fixture
def portal(house: Flask) -> Portal:
    with house.app_context():
        return builders.a_client()


@pytest.fixture
def lea(house: Flask) -> Member:
    with house.app_context():
        return builders.a_member()


@pytest.fixture
def karim(house: Flask) -> Member:
    with house.app_context():
        return builders.a_member()


@pytest.fixture
def browser(house: Flask) -> Browser:
    return Browser(house)
