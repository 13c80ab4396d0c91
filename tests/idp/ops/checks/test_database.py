"""The database and the role we have there, on a real PostgreSQL."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from idp import clock
from idp.db import db
from tests import servers, worlds
from tests.idp.ops.checks.asking import ADVICE, FINE, WRONG, ask
from tests.rows import row
from tests.servers import Postgres


@pytest.fixture
def owner(postgres_template: worlds.PostgresTemplate, tmp_path: Path) -> Iterator[Flask]:
    """The application as the owner of its tables."""
    made = postgres_template.copy(tmp_path)
    yield made
    worlds.close(made)


def as_login(owner: Flask, postgres: Postgres, folder: Path, login: str, role: str) -> Flask:
    """The same database, reached as a member of a role."""
    with owner.app_context():
        found = db.session.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = :name"), {"name": login})
        db.session.execute(sa.text("SELECT 1" if found else f"CREATE ROLE {login} LOGIN IN ROLE {role}"))
        db.session.commit()
        url = postgres.url(str(db.engine.url.database), login)
    return worlds.create_app(worlds.settings_for(url, owner.extensions["settings"].shortlived_url, folder))


@row("ADM-2")
@pytest.mark.parametrize(
    ("role", "verdict", "told"),
    [("idp_web", FINE, "no more"), ("idp_operator", WRONG, "may write signing keys"), (None, WRONG, "owns the tables")],
)
def test_servers_have_a_role_that_may_do_what_servers_do(
    owner: Flask, postgres: Postgres, tmp_path: Path, role: str | None, verdict: str, told: str
):
    app = as_login(owner, postgres, tmp_path, f"doctor_{role}", role) if role else owner
    seen, words = ask(app, "database role")
    worlds.close(app)
    assert (seen, told in words) == (verdict, True), words


def test_tables_of_another_version_are_found(owner: Flask, postgres: Postgres, tmp_path: Path):
    assert ask(owner, "database")[0] == FINE
    with owner.app_context():
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
        db.session.commit()
    assert ask(owner, "database")[0] == WRONG


@pytest.fixture
def lax(tmp_path: Path) -> Iterator[Flask]:
    """On a server of its own, which the test may set up badly."""
    with servers.postgres() as own:
        made = worlds.create_app(worlds.settings_for(own.create("lax"), f"sqlite:///{tmp_path}/s.db", tmp_path))
        made.config["server"] = own
        yield made
        worlds.close(made)


def test_a_server_that_may_forget_is_found(lax: Flask):
    """Tests run without fsync: so must nobody else."""
    seen, words = ask(lax, "database server")
    assert seen == WRONG
    assert all(f"set {name} = on" in words for name in ("fsync", "full_page_writes", "synchronous_commit"))
    own = lax.config["server"]
    own.process.command = [part.replace("=off", "=on") for part in own.process.command]
    own.process.stop()
    own.process.start()
    assert ask(lax, "database server")[0] == FINE


def test_connections_are_counted_against_what_the_server_takes(lax: Flask):
    assert "max_connections" not in ask(lax, "database server")[1]
    assert "max_connections" in ask(lax, "database server", workers=16)[1]


def test_clocks_that_stand_apart_are_found(owner: Flask):
    for seconds, verdict in ((0, FINE), (5, ADVICE), (-60, WRONG)):
        with clock.travel(timedelta(seconds=seconds)):
            assert ask(owner, "database clock")[0] == verdict


def test_a_database_that_is_away_is_an_answer_to_each(lax: Flask):
    lax.config["server"].process.stop()
    for name in ("database", "database server", "database role", "database clock"):
        seen, words = ask(lax, name)
        assert seen == WRONG
        assert "IDP_DATABASE_URL" in words
