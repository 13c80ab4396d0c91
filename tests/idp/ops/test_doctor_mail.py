"""`idp doctor --mail ADDRESS`: a mail leaves at once, or the one thing that is wrong is said."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from examples.postbox.box import Box, Trouble
from idp.delivery.models import OutgoingMessage
from idp.ops import doctor
from idp.ops.checks import sending
from idp.ops.checks.verdicts import Verdict
from idp.ops.doctor import Finding
from tests import commands
from tests.postboxes import black_hole, certificate, free_port, mail_server

LEA = "lea@example.org"
HERE = {"smtp_host": "localhost", "smtp_tls": "starttls", "delivery_timeout": 20}


def sends(app: Flask, **changes: Any) -> Finding:
    """What is found when a mail is sent by these settings."""
    current = app.extensions["settings"]
    chosen = type(current)(_env_file=None, **(current.model_dump() | HERE | changes))
    with app.app_context():
        (found,) = doctor.examine(chosen, [sending.trial(LEA)])
    return found


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def test_a_mail_arrives_at_once_and_is_in_no_outbox(app: Flask, stack: ExitStack, tmp_path: Path):
    box, (context, authority) = Box(), certificate(tmp_path)
    port = stack.enter_context(mail_server(box, tls=context))
    found = sends(app, smtp_port=port, delivery_ca_file=authority)
    assert (found.check, found.seen.verdict) == ("a mail of trial", Verdict.FINE)
    assert f"localhost:{port} took a mail from" in found.seen.what
    (item,) = box.items(LEA)
    assert "Message d’essai" in item.subject
    with app.app_context():
        assert OutgoingMessage.counted("waiting") == OutgoingMessage.counted("sent") == 0


def no_name(stack: ExitStack, folder: Path) -> dict[str, Any]:
    return {"smtp_host": "nowhere.invalid"}


def nobody_listens(stack: ExitStack, folder: Path) -> dict[str, Any]:
    return {"smtp_port": free_port()}


def nobody_answers(stack: ExitStack, folder: Path) -> dict[str, Any]:
    return {"smtp_port": stack.enter_context(black_hole()), "delivery_timeout": 1}


def no_tls(stack: ExitStack, folder: Path) -> dict[str, Any]:
    return {"smtp_port": stack.enter_context(mail_server(Box()))}


def a_certificate_of_nobody(stack: ExitStack, folder: Path) -> dict[str, Any]:
    return {"smtp_port": stack.enter_context(mail_server(Box(), tls=certificate(folder)[0]))}


def another_port_of_theirs(stack: ExitStack, folder: Path) -> dict[str, Any]:
    return {"smtp_port": stack.enter_context(mail_server(Box())), "smtp_tls": "implicit"}


def a_recipient_it_refuses(stack: ExitStack, folder: Path) -> dict[str, Any]:
    box, (context, authority) = Box(), certificate(folder)
    box.troubles[LEA] = Trouble("reject")
    return {"smtp_port": stack.enter_context(mail_server(box, tls=context)), "delivery_ca_file": authority}


WRONGS = {
    no_name: "no server of that name is known",
    nobody_listens: "the connection was refused",
    nobody_answers: "the server did not answer in time",
    no_tls: "the server does not offer what we ask: TLS",
    a_certificate_of_nobody: "the certificate of the server is not to be trusted",
    another_port_of_theirs: "no TLS with the server",
    a_recipient_it_refuses: "the recipient was refused: 550",
}


@pytest.mark.parametrize("wrong", WRONGS, ids=lambda wrong: wrong.__name__)
def test_what_is_wrong_is_said_plainly(app: Flask, stack: ExitStack, tmp_path: Path, wrong: Any):
    found = sends(app, **wrong(stack, tmp_path))
    assert found.seen.verdict == Verdict.WRONG
    assert WRONGS[wrong] in found.seen.what
    assert "IDP_SMTP_HOST" in found.seen.do


def test_the_command_says_it_to_people_and_to_programs(app: Flask):
    settings = {"smtp_host": "localhost", "smtp_port": str(free_port()), "smtp_tls": "starttls"}
    running = commands.start(app, "doctor", "--mail", LEA, "--json", **settings)
    out, error = running.communicate(timeout=60)
    assert running.returncode == 1, error
    (one,) = json.loads(out)
    assert (one["check"], one["verdict"]) == ("a mail of trial", "wrong")
    assert "nothing listens there" in one["seen"]


@pytest.mark.parametrize("typed", ["lea", "lea@x.example, eve@evil.example", "@", "lea@x.example\nBcc: eve@y.example"])
def test_what_is_no_address_is_refused_before_anything_is_sent(typed: str):
    with pytest.raises(ValueError, match="address"):
        sending.trial(typed)
