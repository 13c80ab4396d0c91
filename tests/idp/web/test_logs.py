"""One event, one line, of bounded length, that no input can forge."""

import json
import logging
from collections.abc import Callable
from io import StringIO

import pytest
import structlog
from flask.testing import FlaskClient

from idp.web import logs
from tests.rows import row

HOSTILE = [
    "one\ntwo",
    "one\r\ntwo",
    "\x1b[31mred\x1b[0m",
    "one\u2028two\u2029three\x85four\x0bfive\x0csix",
    "\x00\x7f\x9b",
    '"}\n{"event": "web:forged"}',
    "\u202etxet",
    "\ud800",
]


@pytest.fixture
def log() -> StringIO:
    stream = StringIO()
    logs.configure("INFO", stream)
    return stream


@row("AUD-3")
@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("library", [True, False])
def test_no_input_can_begin_a_line_of_its_own(hostile: str, library: bool):
    log = StringIO()
    logs.configure("INFO", log)  # here, so that pytest's own handler, which cannot report every character, is away
    if library:
        logging.getLogger("some.dependency").warning("said: %s", hostile)
    else:
        structlog.get_logger("idp").warning(
            hostile, **{"reason": hostile, hostile[:3] or "x": [hostile, {"deep": hostile}]}
        )
    written = log.getvalue()
    assert written.isascii()
    assert written.isprintable() is False
    assert all(character.isprintable() for character in written.removesuffix("\n"))
    assert hostile in json.loads(written)["event"]


@row("AUD-3")
def test_a_line_is_bounded(log: StringIO):
    endless: dict[str, object] = {}
    endless["self"] = endless
    structlog.get_logger("idp").warning(
        "x" * 100_000, reason="y" * 100_000, many=list(range(100_000)), endless=endless, **{"z" * 500: "z"}
    )
    assert len(log.getvalue()) < 10_000


@row("AUD-3")
def test_a_traceback_is_one_bounded_line_without_personal_values(log: StringIO):
    def deeper(depth: int) -> None:
        if depth == 0:
            raise ValueError(
                "Key (email)=(lea@example.org), SIRET 732 829 320 00074, +33639981234 " + "secret" * 10_000
            )
        deeper(depth - 1)

    try:
        deeper(200)
    except ValueError:
        logging.getLogger("some.dependency").exception("failed")
    (line,) = log.getvalue().splitlines()
    assert len(line) < 20_000
    trace = json.loads(line)["exception"]
    assert "Traceback" in trace or "ValueError" in trace
    assert not [personal for personal in ("lea@", "829 320", "639981", "secretsecret") if personal in trace]


@row("AUD-4")
@pytest.mark.parametrize("quoted", [str, repr])
def test_a_row_that_a_database_refused_is_not_quoted(log: StringIO, quoted: Callable[[Exception], str]):
    refused = ValueError("refused by check\nDETAIL:  Failing row contains (01a2, Inès, Dubois, null).\n[SQL: INSERT]")
    structlog.get_logger("idp").warning("away", cause=quoted(refused))
    (told,) = log.getvalue().splitlines()
    assert not [name for name in ("Dubois", "Failing") if name in told]
    assert "refused by check" in told
    assert "[SQL: INSERT]" in told


@row("AUD-3")
def test_a_method_of_anybodys_making_neither_begins_a_line_nor_makes_it_long(visitor: FlaskClient, log: StringIO):
    visitor.open("/screen", method="\u2028" + "X" * 100_000)
    for line in log.getvalue().splitlines():
        assert line.isascii()
        assert len(line) < 10_000
        assert json.loads(line)["method"].endswith("X…")


def test_an_event_says_when_where_and_in_which_request(visitor: FlaskClient, log: StringIO):
    visitor.get("/screen?code=secret")
    (event,) = [json.loads(line) for line in log.getvalue().splitlines()]
    assert event["event"] == "web:request:answered"
    assert (event["route"], event["method"], event["status"]) == ("/screen", "GET", 200)
    assert event["request_id"] == "incident-42"
    assert event["at"].endswith("+00:00")
    assert event["level"] == "info"
    assert "secret" not in log.getvalue()
