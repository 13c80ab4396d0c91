"""An import killed at any point: the second one ends with the same tables."""

import io
import random
import time
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import aliased

from app import create_app
from idp.accounts.models import Account, EmailAddress, Membership
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.registry import cli, feed, sync
from idp.registry.models import Fund, Organization
from idp.registry.staging.models import StagedEntry
from idp.registry.sync import Allowed
from tests import builders, commands, worlds
from tests.commands import Process
from tests.registers import a_file, a_line, a_whole_fund
from tests.rows import row
from tests.servers import Postgres
from tests.worlds import PostgresTemplate

SIZE, KILLS = 2200, 20
OPTIONS = ("--complete", "--allow-ending", str(SIZE))

_copies = count(1)


class World(NamedTuple):
    """A database before the import, the folder of its keys, and the file to import."""

    database: str
    folder: Path
    file: Path


def before_and_after() -> tuple[bytes, bytes]:
    """A fund, and what its register says next: lines new, changed, moved, ended and missing."""
    lines = list(a_whole_fund(SIZE))[1:]
    first = [line for place, line in enumerate(lines) if place % 5 != 1]
    then = [line.replace("LILAS", "ROSES") if place % 3 else line for place, line in enumerate(lines) if place % 7]
    ended = a_line("M000010", closed_on="2020-01-01", siret=lines[10].split(";")[2])
    moved = a_line("M000028", parent="M000030", siret=lines[28].split(";")[2])
    swapped = {"M000010": ended, "M000028": moved}
    return a_file(*first), a_file(*[swapped.get(line.split(";")[1], line) for line in then])


@pytest.fixture(scope="module")
def world(postgres_template: PostgresTemplate, tmp_path_factory: pytest.TempPathFactory) -> World:
    """A fund with people, before its register is imported again."""
    folder = tmp_path_factory.mktemp("world")
    before, after = before_and_after()
    (folder / "register.csv").write_bytes(after)
    app = postgres_template.copy(folder)
    with app.app_context():
        fund = builders.a_fund(code="nord")
        with unit_of_work():
            sync.run(feed.read(io.BytesIO(before)), Allowed())
        for number in ("M000000", "M000010", "M000020", "M000030"):
            held = db.session.scalars(sa.select(Organization).where(Organization.number == number)).one()
            builders.a_member(held, fund_id=fund.id, email=f"{number}@example.org", given_names="LEA")
        with unit_of_work():
            sync.run(feed.read(io.BytesIO(before)), Allowed())
        name = str(db.engine.url.database)
    worlds.close(app)
    return World(name, folder, folder / "register.csv")


def a_copy(postgres: Postgres, world: World) -> tuple[str, Flask]:
    """A database of one's own, and the application on it."""
    name = f"killed_{next(_copies)}"
    url = postgres.create(name, template=world.database)
    chosen = worlds.settings_for(url, f"sqlite:///{world.folder}/shortlived.db", world.folder)
    return name, create_app(chosen)


def begin(app: Flask, file: Path) -> Process:
    """An import that has just begun to read."""
    process = commands.start(app, "members", "import", str(file), *OPTIONS)
    assert process.stderr
    assert process.stderr.readline() == b"reading\n"
    return process


def wait_for_the_server(postgres: Postgres, database: str) -> None:
    """Until PostgreSQL has noticed that its client is dead: it ends the statement at hand first, locks held."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"
    with psycopg.connect(host=str(postgres.home), user="idp", dbname="postgres", autocommit=True) as connection:
        while connection.execute(asked, [database]).fetchone() != (0,):
            time.sleep(0.01)


def tables(app: Flask) -> dict[str, Any]:
    """All that an import writes, but for ids and instants."""
    parent = aliased(Organization)
    told = [Organization.number, Organization.siret, Organization.name, Organization.kind, parent.number]
    told += [Organization.holder_given_names, sa.cast(Organization.address, sa.Text), Organization.closed_at.is_(None)]
    links = sa.select(EmailAddress.canonical, Organization.number, Membership.holder, Membership.ended_at.is_(None))
    links = links.join(Membership, Membership.account_id == EmailAddress.account_id).join(Organization)
    happened = sa.select(AuditEvent.event, sa.func.count()).group_by(AuditEvent.event)
    happened = happened.where(AuditEvent.event != "registry:members:imported")  # each run that ends says so
    asked = {
        "organizations": sa.select(*told).join(parent, parent.id == Organization.parent_id, isouter=True),
        "links": links,
        "names": sa.select(Account.given_names, EmailAddress.canonical).join(EmailAddress),
        "audit": happened,
        "staged": sa.select(StagedEntry.line),
        "funds": sa.select(Fund.code),
    }
    with app.app_context():
        found = {name: sorted(map(tuple, db.session.execute(select))) for name, select in asked.items()}
    worlds.close(app)
    return found


@row("ADM-1")
@pytest.mark.timeout(600)
def test_killed_at_any_point_the_second_run_ends_with_the_same_tables(postgres: Postgres, world: World):
    (_, untouched), (_, whole) = a_copy(postgres, world), a_copy(postgres, world)
    process, began = begin(whole, world.file), time.monotonic()
    assert process.wait() == 0
    took = time.monotonic() - began
    before, expected = tables(untouched), tables(whole)
    assert {name for name in before if before[name] != expected[name]} == {"organizations", "links", "audit"}
    chance, undone = random.Random(29), 0
    for part in range(KILLS):
        name, app = a_copy(postgres, world)
        process = begin(app, world.file)
        waited = took * (part + chance.random()) / KILLS
        time.sleep(waited)
        process.kill()
        process.communicate()
        wait_for_the_server(postgres, name)
        found = tables(app)
        assert found in (before, expected), "half an import is visible"
        undone += found == before
        if found != before:
            took = min(took, waited)  # the machine has become faster since it was measured
        words = ["import", str(world.file), *OPTIONS, "--operator", "Karim"]
        assert app.test_cli_runner().invoke(cli.members, words).exit_code == 0
        assert tables(app) == expected
        postgres.drop(name)
    assert undone >= KILLS // 2
