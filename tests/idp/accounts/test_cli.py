"""`idp accounts`."""

import json

import pytest

from app import cli
from idp.db import db


@pytest.fixture
def run(app):
    """Run a command on this application."""
    return lambda *words: app.test_cli_runner().invoke(cli, words)


def test_an_operator_finds_the_id_of_a_person_by_their_address(run, lea):
    shown = json.loads(run("accounts", "show", lea.email.upper(), "--json").output)
    assert (shown["id"], shown["name"], shown["suspended_at"]) == (str(lea.id), lea.name, None)
    assert f"id                          {lea.id}" in run("accounts", "show", lea.email).output


@pytest.mark.parametrize("email", ["nobody@example.org", "not an address"])
def test_nobody_is_found_by_another(run, lea, email):
    result = run("accounts", "show", email)
    assert (result.exit_code, "no account" in result.output) == (1, True)


def test_a_database_without_tables_is_said_and_shows_no_traceback(app, run):
    with app.app_context():
        db.drop_all()
    result = run("accounts", "show", "lea@example.org")
    assert result.exit_code == 1
    assert "idp db upgrade" in result.output
    assert "Traceback" not in result.output
