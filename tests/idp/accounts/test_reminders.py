"""`idp accounts remind`: thirty days, seven and one before a certification is due, one mail each, whatever happens."""

import json
import signal
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from app import cli
from idp import clock
from idp.accounts import email_certification
from idp.accounts.models import Account, EmailAddress
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.delivery.models import OutgoingMessage
from tests import commands, worlds
from tests.browser import Browser
from tests.builders import Member, a_member, an_account, the_account
from tests.mailbox import link_in, mails_to
from tests.rows import row

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
KIND = "accounts/email_certification"


@pytest.fixture
def someone(any_app: Flask) -> Member:
    """A person, on either storage."""
    with any_app.app_context():
        return a_member()


def due_of(app: Flask, member: Member) -> timedelta:
    with app.app_context():
        due_at = the_account(member).email.certification_due_at
    assert due_at is not None
    return due_at - clock.now()


def remind(app: Flask, *words: str) -> dict[str, int]:
    result = app.test_cli_runner().invoke(cli, ["accounts", "remind", "--operator", "cron", "--json", *words])
    assert result.exit_code == 0, result.output
    said: dict[str, int] = json.loads(result.stdout)
    return said


def a_crowd(count: int, due_at: object) -> None:
    """People whose certification is due then."""
    now = clock.now()
    instants = {"created_at": now, "updated_at": now, "activated_at": now}
    for number in range(count):
        account = Account(given_names="Léa", family_name="Martin", **instants)
        address = f"crowd{number}@example.org"
        account.email = EmailAddress(
            typed=address, canonical=address, certified_at=now, certification_due_at=due_at, created_at=now
        )
        db.session.add(account)
    db.session.commit()


@row("LNK-13")
def test_a_year_passes_three_reminders_leave_and_each_once(any_app: Flask, someone: Member):
    due, left = due_of(any_app, someone), []
    for days in range(60, -20, -1):
        with clock.travel(due - days * DAY + HOUR):
            if remind(any_app)["written"]:
                left.append(days)
            assert remind(any_app) == {"due": 0, "written": 0}
    assert left == [30, 7, 1]
    assert len(mails_to(any_app, someone.email, KIND)) == 3


@row("LNK-13", "LNK-4")
@pytest.mark.parametrize("nth", [0, 1, 2])
def test_any_of_the_three_mails_certifies_for_a_year_and_the_next_year_begins(
    any_app: Flask, someone: Member, nth: int
):
    due, person = due_of(any_app, someone), Browser(any_app)
    for days in (30, 7, 1):
        with clock.travel(due - days * DAY):
            remind(any_app)
    last_hour = due + 15 * DAY - HOUR
    with clock.travel(last_hour):
        person.get(link_in(mails_to(any_app, someone.email, KIND)[nth]))
        assert "Merci" in person.submit().text
    with clock.travel(last_hour + 334 * DAY):
        assert remind(any_app)["due"] == 0
    with clock.travel(last_hour + 335 * DAY + HOUR):
        assert remind(any_app)["written"] == 1


def test_a_reminder_that_nobody_ran_for_comes_late_and_alone(any_app: Flask, someone: Member):
    due = due_of(any_app, someone)
    with clock.travel(due - 2 * DAY):
        assert remind(any_app)["written"] == 1
    with clock.travel(due + 14 * DAY):
        assert remind(any_app)["written"] == 1
    with clock.travel(due + 16 * DAY):
        assert remind(any_app)["due"] == 0


def test_reminders_wait_behind_what_people_wait_for_and_die_with_their_link(any_app: Flask, someone: Member):
    due = due_of(any_app, someone)
    with clock.travel(due - 30 * DAY):
        remind(any_app)
    with any_app.app_context():
        message = db.session.query(OutgoingMessage).one()
        assert message.expires_at == the_account(someone).email.certification_due_at + 15 * DAY
        assert not message.urgent


@pytest.mark.parametrize("fact", ["suspended_at", "closed_at", "undeliverable_at"])
def test_who_cannot_or_should_not_read_it_gets_none(any_app: Flask, someone: Member, fact: str):
    due = due_of(any_app, someone)
    with any_app.app_context():
        account = the_account(someone)
        setattr(account.email if fact == "undeliverable_at" else account, fact, clock.now())
        db.session.commit()
    with clock.travel(due - 30 * DAY):
        assert remind(any_app)["due"] == 0


def test_a_dry_run_writes_nothing_and_a_limit_leaves_the_rest_for_the_next_night(any_app: Flask):
    with any_app.app_context():
        a_crowd(5, clock.now() + 7 * DAY)
    assert remind(any_app, "--dry-run") == {"due": 5, "written": 0}
    assert remind(any_app, "--limit", "3") == {"due": 5, "written": 3}
    assert remind(any_app, "--limit", "3") == {"due": 2, "written": 2}


def test_it_acts_in_the_name_of_who_runs_it(any_app: Flask, someone: Member):
    due = due_of(any_app, someone)
    with clock.travel(due - 30 * DAY):
        remind(any_app)
    with any_app.app_context():
        event = db.session.query(AuditEvent).filter_by(event="accounts:email_certification:sent").one()
        assert (event.operator, event.subject_id) == ("cron", someone.id)


def test_a_run_that_is_killed_loses_no_mail_and_the_next_writes_none_twice(any_app: Flask):
    with any_app.app_context():
        a_crowd(450, clock.now() + 7 * DAY)
    process = commands.start(any_app, "accounts", "remind")
    assert process.stderr.readline() == b"200 of 450\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    left = remind(any_app)["written"]
    assert 0 <= left <= 250
    mails = Counter(len(mails_to(any_app, f"crowd{number}@example.org", KIND)) for number in range(0, 450, 50))
    assert set(mails) == {1}
    with any_app.app_context():
        assert db.session.query(AuditEvent).filter_by(event="accounts:email_certification:sent").count() == 450


def test_of_two_runs_at_once_each_reminds_others(postgres_template: worlds.PostgresTemplate, tmp_path: Path):
    app = postgres_template.copy(tmp_path)
    with app.app_context():
        a_crowd(5, clock.now() + 7 * DAY)
    with app.app_context(), unit_of_work():
        assert email_certification.remind(3) == 3
        with app.app_context(), unit_of_work():
            assert email_certification.remind(5) == 2
    assert {len(mails_to(app, f"crowd{number}@example.org")) for number in range(5)} == {1}
    worlds.close(app)


def test_help_says_to_run_it_every_night(app: Flask):
    said = app.test_cli_runner().invoke(cli, ["accounts", "remind", "--help"]).output
    assert "every night" in said


def test_show_tells_when_the_address_was_certified_and_when_it_is_due(app: Flask):
    with app.app_context():
        person = an_account()
    said = json.loads(app.test_cli_runner().invoke(cli, ["accounts", "show", person.email, "--json"]).output)
    assert said["email_certified_at"] < said["email_certification_due_at"]
