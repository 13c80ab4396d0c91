"""The tables are those of this version, or the program does not start."""

from collections.abc import Callable

import pytest
from flask import Flask

from idp.errors import DatabaseUnavailable
from idp.ops import schema
from tests.servers import Postgres


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, make_empty_app: Callable[..., Flask], postgres: Postgres) -> Flask:
    """An application on an empty database of each kind."""
    if request.param == "sqlite":
        return make_empty_app()
    postgres.drop("schema")
    return make_empty_app(database_url=postgres.create("schema"))


def test_an_empty_database_is_brought_up_to_date(empty: Flask):
    with empty.app_context():
        assert not schema.is_current()
        schema.bring_up_to_date()
        assert schema.is_current()


def test_a_database_that_is_away_is_said_to_be(make_empty_app: Callable[..., Flask], tmp_path: object):
    app = make_empty_app(database_url=f"postgresql+psycopg://idp@/idp?host={tmp_path}")
    with app.app_context(), pytest.raises(DatabaseUnavailable):
        schema.is_current()
