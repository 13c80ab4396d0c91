"""`idp sessions`."""

import json
from uuid import UUID, uuid4

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from idp import clock
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.sessions import cli, lifecycle
from idp.sessions.models import NotBefore, Session
from tests import builders


@pytest.fixture
def lea(app: Flask) -> UUID:
    """Someone with two sessions."""
    with app.app_context():
        member = builders.an_account()
        with unit_of_work():
            for _ in range(2):
                lifecycle.start(member.id, method="pwd", former=None)
        return member.id


def idp(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(cli.sessions, words)


def living(app: Flask, account_id: UUID) -> list[Session]:
    with app.app_context():
        return Session.of(account_id)


def test_sessions_are_listed_for_people_and_for_programs(app: Flask, lea: UUID):
    assert "2 sessions" in idp(app, "list", "--account", str(lea)).output
    listed = json.loads(idp(app, "list", "--account", str(lea), "--json").output)
    assert {one["id"] for one in listed} == {str(one.id) for one in living(app, lea)}


def test_no_secret_and_no_digest_is_shown(app: Flask, lea: UUID):
    digests = [one.secret_digest.hex() for one in living(app, lea)]
    shown = idp(app, "list", "--account", str(lea), "--json").output
    assert not [digest for digest in digests if digest in shown]


def test_one_session_is_ended(app: Flask, lea: UUID):
    first, second = living(app, lea)
    assert idp(app, "end", str(first.id), "--operator", "Karim").exit_code == 0
    assert [one.id for one in living(app, lea)] == [second.id]


def test_all_sessions_of_an_account_are_ended_and_the_operator_is_written_down(app: Flask, lea: UUID):
    assert "ended: 2 sessions" in idp(app, "end", "--account", str(lea), "--operator", "Karim").output
    assert living(app, lea) == []
    with app.app_context():
        events = db.session.execute(
            select(AuditEvent.event, AuditEvent.operator).where(AuditEvent.event.like("sessions:%"))
        )
        assert events.all() == [("sessions:session:ended", "Karim")] * 2


def test_everybody_is_signed_out(app: Flask, lea: UUID):
    before = clock.now()
    assert idp(app, "end", "--everyone", "--operator", "Karim").exit_code == 0
    with app.app_context():
        assert before <= db.session.scalar(select(NotBefore.at)) <= clock.now()


@pytest.mark.parametrize(
    "words",
    [
        ["end", "--operator", "Karim"],
        ["end", str(uuid4()), "--everyone", "--operator", "Karim"],
        ["end", str(uuid4()), "--operator", "Karim"],
        ["end", "--everyone"],
        ["end", "not-an-id", "--operator", "Karim"],
    ],
    ids=range(5),
)
def test_what_is_unclear_or_unknown_ends_nothing(app: Flask, lea: UUID, words: list[str]):
    assert idp(app, *words).exit_code != 0
    assert len(living(app, lea)) == 2
