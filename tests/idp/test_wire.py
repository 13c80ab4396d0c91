"""A server that was heard and says nothing more is given up by who is in a hurry, and by nobody else."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from idp.wire import Wire, connecting
from tests.servers import Postgres
from tests.silent import Silent, silent

PAUSE = "SELECT pg_sleep(0.5)"


@pytest.fixture
def wire(postgres: Postgres) -> Iterator[Silent]:
    with silent(postgres.home / ".s.PGSQL.5432") as made:
        yield made


def over(wire: Silent, patience: float | None) -> Wire:
    """A connection over that wire, to whose answers one waits so many seconds."""
    asked = make_conninfo(host="127.0.0.1", port=wire.port, user="idp", dbname="postgres", sslmode="disable")
    return connecting(lambda: patience)(None, None, (asked,), {})


def test_silence_is_an_error_like_that_of_a_server_which_is_away_and_closes_the_connection(wire: Silent):
    connection = over(wire, 0.2)
    assert connection.execute("SELECT 1").fetchone() == (1,)
    wire.falls_silent()
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 2")
    assert connection.closed


def test_an_answer_that_is_late_for_who_is_in_a_hurry_is_awaited_by_who_is_not(wire: Silent):
    with over(wire, None) as patient:
        assert patient.execute(PAUSE).rowcount == 1
    with pytest.raises(psycopg.OperationalError):
        over(wire, 0.1).execute(PAUSE)


def test_what_the_server_itself_refuses_leaves_the_connection_as_it_is(wire: Silent):
    with over(wire, 30) as connection:
        connection.execute("SET statement_timeout = 1")
        with pytest.raises(psycopg.OperationalError):
            connection.execute(PAUSE)
        assert not connection.closed
        connection.rollback()
        assert connection.execute("SELECT 1").fetchone() == (1,)
