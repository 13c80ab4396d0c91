"""A server that was heard and says nothing more is given up, but by who asked what takes long."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import psycopg
import pytest
import sqlalchemy as sa
from psycopg.conninfo import make_conninfo

from idp.db import db, unit_of_work
from idp.registry.staging.models import take_time
from idp.wire import Wire, connecting
from tests import worlds
from tests.servers import Postgres
from tests.silent import Silent, silent
from tests.worlds import PostgresTemplate

PAUSE = "SELECT pg_sleep(0.5)"


@pytest.fixture
def wire(postgres: Postgres) -> Iterator[Silent]:
    with silent(postgres.home / ".s.PGSQL.5432") as made:
        yield made


def over(wire: Silent, patience: float | None) -> Wire:
    """A connection over that wire, to whose answers one waits so many seconds."""
    asked = make_conninfo(host="127.0.0.1", port=wire.port, user="idp", dbname="postgres", sslmode="disable")
    return connecting(patience)(None, None, (asked,), {})


def test_silence_is_an_error_like_that_of_a_server_which_is_away_and_closes_the_connection(wire: Silent):
    connection = over(wire, 0.2)
    assert connection.execute("SELECT 1").fetchone() == (1,)
    wire.falls_silent()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 2")
    assert connection.closed


def test_an_answer_that_comes_late_is_awaited_by_who_asked_what_takes_long(wire: Silent):
    with over(wire, 0.1) as patient:
        patient.takes_long = True
        assert patient.execute(PAUSE).rowcount == 1
    with pytest.raises(psycopg.OperationalError):
        over(wire, 0.1).execute(PAUSE)


def test_who_takes_time_has_it_until_the_end_of_the_transaction(postgres_template: PostgresTemplate, tmp_path: Path):
    app = postgres_template.copy(tmp_path, database_timeout=1, database_pool=1)
    slow = sa.text("SELECT pg_sleep(2.5)")
    with app.app_context(), unit_of_work():
        take_time()
        db.session.execute(slow)
    with app.app_context(), pytest.raises(sa.exc.OperationalError, match="statement timeout"), unit_of_work():
        db.session.execute(slow)
    with app.app_context(), unit_of_work():
        assert cast(Wire, db.session.connection().connection.dbapi_connection).takes_long is False
    worlds.close(app)


def test_what_the_server_itself_refuses_leaves_the_connection_as_it_is(wire: Silent):
    with over(wire, 30) as connection:
        connection.execute("SET statement_timeout = 1")
        with pytest.raises(psycopg.OperationalError):
            connection.execute(PAUSE)
        assert not connection.closed
        connection.rollback()
        assert connection.execute("SELECT 1").fetchone() == (1,)
