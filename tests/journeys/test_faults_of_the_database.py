"""The database says nothing, ends a transaction, or makes us wait: a pause, and the same request again succeeds."""

from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
import sqlalchemy as sa

from idp.db import db
from tests import invariants, postboxes, worlds
from tests.builders import a_client, a_member
from tests.invariants import Observed, Scene
from tests.relying_party import RelyingParty


@pytest.fixture
def hurried(postgres_template, tmp_path):
    """An application whose statements wait for a second at most, on one connection."""
    made = postgres_template.copy(tmp_path, database_timeout=1, database_pool=1)
    yield made
    worlds.close(made)


@pytest.fixture
def party(hurried):
    with hurried.app_context():
        return RelyingParty(hurried, a_client())


@pytest.fixture
def token(hurried, party):
    with hurried.app_context():
        lea = a_member()
    return party.tokens_of(lea)["refresh_token"]


@contextmanager
def beside(app):
    """A connection that is not of the application's pool; all it did is undone."""
    with app.app_context():
        url = db.engine.url
    with psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database) as connection:
        yield connection
        connection.rollback()


def is_a_pause(reply):
    return reply.status == 503 and reply.error == "temporarily_unavailable" and int(reply.headers["Retry-After"]) > 0


def test_a_row_that_another_transaction_holds_is_waited_for_and_no_longer(hurried, party, token):
    with beside(hurried) as other:
        other.execute("SELECT * FROM refresh_token FOR UPDATE")
        assert is_a_pause(party.refreshes(token))
    assert party.refreshes(token).ok
    invariants.check(Scene(hurried, Observed()))


@pytest.mark.parametrize("code", ["40P01", "40001"])
def test_a_transaction_that_the_database_ends_is_a_pause_and_never_a_replay(hurried, party, token, code):
    """A deadlock, a serialization failure: raised by a trigger, where the refresh writes."""
    with hurried.app_context():
        db.session.execute(
            sa.text(
                "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS"
                f" $$ BEGIN RAISE EXCEPTION 'injected' USING ERRCODE = '{code}'; END $$"
            )
        )
        db.session.execute(sa.text("CREATE TRIGGER injected BEFORE INSERT ON refresh_token EXECUTE FUNCTION fails()"))
        db.session.commit()
    assert is_a_pause(party.refreshes(token))
    with hurried.app_context():
        db.session.execute(sa.text("DROP TRIGGER injected ON refresh_token"))
        db.session.commit()
    assert party.refreshes(token).ok
    invariants.check(Scene(hurried, Observed()))


def test_where_every_connection_is_taken_the_next_is_asked_to_come_back(hurried, party, token):
    with hurried.app_context():
        taken = db.engine.connect()
    assert is_a_pause(party.refreshes(token))
    taken.close()
    assert party.refreshes(token).ok


def test_a_database_that_takes_a_connection_and_says_nothing_is_away(tmp_path, template):
    app = template.sqlite(tmp_path)
    with postboxes.black_hole() as port:
        silent = f"postgresql+psycopg://idp@127.0.0.1:{port}/idp?sslmode=disable"
        chosen = app.extensions["settings"]
        made = worlds.create_app(
            chosen.model_copy(update={"database_url": silent, "database_timeout": timedelta(seconds=1)})
        )
        reply = made.test_client().get("/readyz")
        assert reply.status_code == 503
        page = made.test_client().get("/authorize?client_id=anyone")
        assert page.status_code == 503
        worlds.close(made)
    worlds.close(app)


def test_a_connection_that_falls_silent_is_given_up_within_seconds(hurried):
    """The kernel gives it up; no packet can be dropped here without being root."""
    with hurried.app_context(), db.engine.connect() as connection:
        told = connection.connection.dbapi_connection.info.get_parameters()
    bound = int(told["keepalives_idle"]) + int(told["keepalives_interval"]) * int(told["keepalives_count"])
    assert bound <= 4
    assert told["tcp_user_timeout"] == "1000"
