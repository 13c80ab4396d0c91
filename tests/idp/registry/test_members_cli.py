"""`idp members import` and `idp members show`."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from idp.audit.models import AuditEvent
from idp.db import db
from idp.registry import cli
from idp.registry.models import Organization
from tests import builders, commands
from tests.registers import a_file, a_line, a_siret
from tests.rows import row
from tests.servers import Postgres
from tests.worlds import PostgresTemplate

Write = Callable[..., str]


@pytest.fixture
def file(tmp_path: Path, any_app: Flask) -> Write:
    """A register's file, and the fund it is of."""
    with any_app.app_context():
        builders.a_fund(code="nord")

    def write(*lines: str) -> str:
        (tmp_path / "register.csv").write_bytes(a_file(*lines))
        return str(tmp_path / "register.csv")

    return write


def idp(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(cli.members, words)


def bring(app: Flask, file: str, *options: str) -> Result:
    return idp(app, "import", file, "--operator", "Karim", *options)


def counts(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    return {name: value for name, value in json.loads(result.stdout).items() if value}


def register(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(sa.select(Organization.number).order_by(Organization.number)))


def test_what_was_done_is_counted_for_people_and_for_programs(any_app: Flask, file: Write):
    shown = bring(any_app, file(a_line("M1"), a_line("S1", parent="M1"))).stdout
    assert ["added", "2"] in [line.split() for line in shown.splitlines()]
    again = bring(any_app, file(a_line("M1", name="Other"), a_line("M2")), "--json")
    assert counts(again) == {"lines": 2, "added": 1, "changed": 1, "left_alone": 1}


@row("ADM-1")
def test_the_operator_is_asked_for_and_written_down(any_app: Flask, file: Write):
    assert idp(any_app, "import", file(a_line("M1"))).exit_code == 2
    assert register(any_app) == []
    bring(any_app, file(a_line("M1")))
    with any_app.app_context():
        imported = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.event == "registry:members:imported"))
        assert [event.operator for event in imported] == ["Karim"]


def test_a_dry_run_counts_and_changes_nothing(any_app: Flask, file: Write):
    told = counts(bring(any_app, file(a_line("M1")), "--dry-run", "--json"))
    assert told == {"dry_run": True, "lines": 1, "added": 1}
    assert register(any_app) == []
    assert "a dry run: nothing was changed" in bring(any_app, file(a_line("M1")), "--dry-run").stdout
    with any_app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditEvent)) == 0


def test_each_bad_line_is_told_with_its_number_and_reason(any_app: Flask, file: Write):
    path = file(a_line("M1"), a_line("M2", siret="7,32E+13"), a_line("M3", overseas="x"))
    result = bring(any_app, path)
    assert result.exit_code == 1
    reasons = [line for line in result.stderr.splitlines() if line.startswith("refused: ")]
    assert reasons[0].startswith("refused: line 3: siret: a spreadsheet took it for a number")
    assert reasons[1:] == ["refused: line 4: overseas: is neither yes nor no", "refused: nothing was changed"]
    assert register(any_app) == []
    told = json.loads(bring(any_app, path, "--json").stdout)
    assert [(fault["line"], told["count"]) for fault in told["refused"]] == [(3, 2), (4, 2)]


def test_past_a_hundred_bad_lines_are_counted_only(any_app: Flask, file: Write):
    result = bring(any_app, file(*[a_line(siret="1")] * 150))
    assert "refused: and 50 more" in result.stderr
    assert result.stderr.count("refused: line") == 100


def test_the_brakes_are_named_and_let_go(any_app: Flask, file: Write):
    bring(any_app, file(a_line("M1"), a_line("M2")))
    assert "--allow-ending 1" in bring(any_app, file(a_line("M1")), "--complete").stderr
    ended = bring(any_app, file(a_line("M1")), "--complete", "--allow-ending", "1", "--json")
    assert counts(ended) == {"lines": 1, "unchanged": 1, "missing_ended": 1}
    assert "had ended, and is left so: nord:M2" in bring(any_app, file(a_line("M1"), a_line("M2"))).stdout
    back = file(a_line("M2", siret=a_siret(2)))
    assert "--allow-siren-changes 1" in bring(any_app, back, "--restore", "nord:M2").stderr
    restored = bring(any_app, back, "--restore", "nord:M2", "--allow-siren-changes", "1", "--json")
    assert counts(restored)["restored"] == 1
    assert bring(any_app, back, "--restore", "M2").exit_code == 2


def test_how_far_it_is_is_told_on_stderr(app: Flask, tmp_path: Path):
    path = tmp_path / "long.csv"
    path.write_bytes(a_file(*[a_line(fund="none")] * 20_001))
    told = bring(app, str(path)).stderr.splitlines()
    assert told[:3] == ["reading", "20000 lines read", "20001 lines read, applying them"]


def test_an_organization_is_shown_for_people_and_for_programs(any_app: Flask, file: Write):
    bring(any_app, file(a_line("M1"), a_line("S1", parent="M1", overseas="1")))
    shown = idp(any_app, "show", "nord", "S1").stdout
    assert ["parent", "M1"] in [line.split() for line in shown.splitlines()]
    told = json.loads(idp(any_app, "show", "nord", "S1", "--json").stdout)
    expected = {"fund": "nord", "number": "S1", "kind": "site", "siret": a_siret(), "parent": "M1", "overseas": True}
    assert told.items() >= expected.items()
    assert told["holder"] == "Mme Léa Martin"


def test_what_is_not_in_the_register_is_not_shown(any_app: Flask):
    result = idp(any_app, "show", "nord", "M1")
    assert (result.exit_code, result.stderr) == (1, "refused: nord:M1 is not in the register\n")


def test_the_role_of_operators_may_import(postgres_template: PostgresTemplate, postgres: Postgres, tmp_path: Path):
    app = postgres_template.copy(tmp_path)
    with app.app_context():
        builders.a_fund(code="nord")
        name = db.engine.url.database
    with psycopg.connect(host=str(postgres.home), user="idp", dbname=name, autocommit=True) as connection:
        connection.execute("CREATE ROLE karim LOGIN IN ROLE idp_operator")
    path = tmp_path / "register.csv"
    path.write_bytes(a_file(a_line("M1"), a_line("S1", parent="M1"), a_line("M2", closed_on="2020-01-01")))
    process = commands.start(app, "members", "import", str(path), database_url=postgres.url(str(name), user="karim"))
    out, err = process.communicate(timeout=60)
    assert (process.returncode, register(app)) == (0, ["M1", "M2", "S1"]), err.decode()
    assert b"added" in out


def test_one_import_runs_at_a_time(postgres_template: PostgresTemplate, postgres: Postgres, tmp_path: Path):
    app = postgres_template.copy(tmp_path)
    with app.app_context():
        builders.a_fund(code="nord")
        name = str(db.engine.url.database)
    path = tmp_path / "register.csv"
    path.write_bytes(a_file(a_line("M1")))
    with psycopg.connect(host=str(postgres.home), user="idp", dbname=name) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [0x1D9_0001])
        assert "another import is running" in bring(app, str(path)).stderr
    assert bring(app, str(path)).exit_code == 0
