"""`idp outbox`: an operator sees what is stuck and why, and lets it go again."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from idp import clock
from idp.audit.models import AuditEvent
from idp.db import db
from idp.delivery.cli import group
from tests import worlds
from tests.idp.delivery.test_courier import ADDRESS, NUMBER, deliver, found, written
from tests.postboxes import Postbox


def outbox(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(group, arguments)


def listed(app: Flask, *arguments: str) -> list[dict[str, Any]]:
    told = outbox(app, "list", "--json", *arguments)
    assert told.exit_code == 0, told.output
    return list(json.loads(told.output))


def test_what_is_stuck_is_told_with_its_reason_and_without_its_recipient(app: Flask, box: Postbox):
    box.trouble(ADDRESS, "greylist")
    message = written(app)
    deliver(app)
    (row,) = listed(app)
    assert (row["id"], row["state"], row["attempts"]) == (str(message), "late", 1)
    assert row["reason"] == "the recipient was refused: 451 4.7.1, because of a rule of theirs"
    told = outbox(app, "list").output
    assert "0 waiting, 1 late, 0 abandoned, 0 sent" in told
    assert "lea" not in told + json.dumps(row)


@pytest.mark.parametrize(
    ("to", "trouble", "words"),
    [
        (ADDRESS, "greylist", "tried once, again at {}: the recipient was refused: 451 4.7.1, because of a rule of"),
        (ADDRESS, "reject", "tried once, given up at {}: the recipient was refused: 550 5.1.1, because of the address"),
        (ADDRESS, "cut", "tried once, again at {}: the server hung up"),
        (NUMBER, "crowded", "tried once, again at {}: the gateway answered 429 Too Many Requests"),
        (NUMBER, "no_credit", "tried once, again at {}: the gateway answered 402 Payment Required"),
        (NUMBER, "error_body", "the gateway answered 200 OK, and did not say that it took the message"),
    ],
    ids=["greylist", "reject", "cut", "crowded", "no_credit", "error_body"],
)
def test_a_line_says_what_becomes_of_a_message_and_why(any_app: Flask, box: Postbox, to: str, trouble: str, words: str):
    box.trouble(to, trouble)
    written(any_app, to)
    assert "waits since" in outbox(any_app, "list").output
    deliver(any_app)
    told = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+\+00:00", "{}", outbox(any_app, "list").output)
    assert words in told


def test_without_a_gateway_the_list_says_so(template: worlds.Template, tmp_path: Path, box: Postbox):
    app = template.sqlite(tmp_path, **box.settings | {"sms_url": ""})
    written(app, NUMBER)
    deliver(app)
    assert "no SMS leaves, as IDP_SMS_URL is empty" in outbox(app, "list").output
    worlds.close(app)


@pytest.mark.parametrize(("trouble", "state"), [(None, "sent"), ("greylist", "late"), ("reject", "abandoned")])
def test_a_list_may_be_of_one_state(app: Flask, box: Postbox, trouble: str | None, state: str):
    if trouble:
        box.trouble(ADDRESS, trouble)
    written(app)
    assert [row["state"] for row in listed(app, "--state", "waiting")] == ["waiting"]
    deliver(app)
    assert [row["state"] for row in listed(app, "--state", state)] == [state]
    assert listed(app, "--state", "waiting") == []


def test_delivering_says_what_became_of_it(app: Flask, box: Postbox):
    box.trouble(ADDRESS, "reject")
    written(app)
    written(app, "other@example.org")
    assert json.loads(outbox(app, "deliver", "--json").output) == {"sent": 1, "put_off": 0, "abandoned": 1}
    assert outbox(app, "deliver").output == "sent: 0  put off: 0  abandoned: 0\n"


def test_what_was_given_up_leaves_once_an_operator_says_so(any_app: Flask, box: Postbox):
    box.trouble(ADDRESS, "reject", times=1)
    message = written(any_app)
    deliver(any_app)
    assert outbox(any_app, "retry", str(message), "--operator", "ada").output == "due now: 1\n"
    assert deliver(any_app) == {"sent": 1}
    with any_app.app_context():
        event = db.session.scalar(select(AuditEvent))
        assert (event.event, event.operator) == ("delivery:outbox:retried", "ada")


def test_all_that_is_late_or_given_up_may_go_at_once(app: Flask, box: Postbox):
    for number, kind in enumerate(["reject", "greylist", "greylist"]):
        box.trouble(f"m{number}@example.org", kind, times=1)
        written(app, f"m{number}@example.org")
    deliver(app)
    assert json.loads(outbox(app, "retry", "--all", "--json", "--operator", "ada").output) == {"due": 3}
    assert deliver(app) == {"sent": 3}


def test_what_was_sent_or_has_expired_is_not_tried_again(app: Flask, box: Postbox):
    sent = written(app)
    deliver(app)
    expired = written(app, expires_at=clock.now())
    deliver(app)
    for message in (sent, expired):
        refused = outbox(app, "retry", str(message), "--operator", "ada")
        assert (refused.exit_code, "refused: not all of them wait" in refused.output) == (1, True)
    assert deliver(app) == {}


def test_a_retry_names_messages_or_all_and_its_operator(app: Flask):
    assert outbox(app, "retry", "--operator", "ada").exit_code == 2
    assert outbox(app, "retry", "--all").exit_code == 2


def test_a_trial_shows_that_mail_and_sms_arrive(app: Flask, box: Postbox):
    for recipient in (ADDRESS, "+262639980001"):
        assert outbox(app, "try", recipient, "--operator", "Ada").exit_code == 0
    deliver(app)
    assert sorted(item.channel for item in box.items()) == ["mail", "sms"]
    assert all("Ada" in item.text for item in box.items())


def test_a_trial_to_no_address_is_refused(app: Flask):
    refused = outbox(app, "try", "lea@x.example, eve@evil.example", "--operator", "Ada")
    assert (refused.exit_code, "Traceback" in refused.output) == (1, False)
    assert listed(app) == []


def test_a_message_that_is_being_sent_is_not_tried_beside(app: Flask):
    message = written(app)
    with app.app_context():
        now = clock.now()
        with db.session.begin():
            row = db.session.get(type(found(app, message)), message)
            row.leased_until, row.leased_by = now.replace(year=now.year + 1), "another"
    assert outbox(app, "retry", str(message), "--operator", "ada").exit_code == 1
