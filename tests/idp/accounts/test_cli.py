"""`idp accounts`."""

import json

import pytest
from sqlalchemy import select

from app import cli
from idp.audit.models import AuditEvent
from idp.db import db
from tests.idp.accounts.resets import asks, chooses, link_to, links_to
from tests.rows import row


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


def test_an_operator_sends_the_mail_of_a_new_password_to_the_address_that_is_kept(app, run, lea):
    done = run("accounts", "send-reset", lea.email.upper(), "--operator", "Karim")
    assert (done.exit_code, done.output) == (0, f"sent to {lea.email}\n")
    assert "Votre mot de passe est changé" in chooses(app, link_to(app, lea.email)).text
    with app.app_context():
        asked = select(AuditEvent).where(AuditEvent.event == "accounts:password_reset:asked")
        assert [(one.subject_id, one.operator) for one in db.session.scalars(asked)] == [(lea.id, "Karim")]


@pytest.mark.parametrize("email", ["nobody@example.org", "not an address"])
def test_no_mail_leaves_for_who_has_no_account(app, run, lea, email):
    done = run("accounts", "send-reset", email, "--operator", "Karim")
    assert (done.exit_code, "no account" in done.output) == (1, True)
    assert links_to(app, email) == []


def test_an_operator_sends_no_more_links_than_may_live_though_a_stranger_asked_for_them(app, run, lea):
    for _ in range(3):
        asks(app, lea.email)
    assert "the last one will do" in run("accounts", "send-reset", lea.email, "--operator", "Karim").output
    assert len(links_to(app, lea.email)) == 3


@row("PWD-9")
def test_an_operator_starts_a_reset_and_never_chooses_or_sees_a_password(app, run, lea):
    done = run("accounts", "send-reset", lea.email, "--operator", "Karim")
    assert "password-reset" not in done.output
    assert [name for name in parameters_of(cli) if "password" in name] == []


@row("PWD-9")
def test_what_is_shown_of_an_account_holds_no_hash(run, lea):
    assert (
        "argon2" not in run("accounts", "show", lea.email).output + run("accounts", "show", lea.email, "--json").output
    )


def parameters_of(command):
    """The name of every option and argument, of every command below this one."""
    yield from (str(parameter.name) for parameter in command.params)
    for below in getattr(command, "commands", {}).values():
        yield from parameters_of(below)
