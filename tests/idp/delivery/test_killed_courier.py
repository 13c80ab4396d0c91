"""A courier killed at any moment of what it says and hears: the next one loses nothing, and doubles what it must."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from idp import clock
from idp.db import db
from idp.delivery.courier import LEASE
from tests import commands
from tests.idp.delivery.test_courier import deliver, found, written
from tests.postboxes import Postbox
from tests.wires import Point, wire

Event = Callable[[Flask, Callable[[], None]], None]
MAILBOXES = ("lea@martin.example.org", "karim@benali.example.org")
NUMBERS = ("+262639980001", "+262639980002")


def we(words: bytes, nth: int = 1) -> Point:
    return Point(True, words, nth)


def it(words: bytes, nth: int = 1) -> Point:
    return Point(False, words, nth)


# Two mails over one connection: the fourth 250 takes the first, the eighth the second.
TAKEN = (it(b"250 ", 4), it(b"250 ", 8))
MAIL = (
    it(b"220 "), we(b"ehlo"), it(b"250 "), we(b"mail from:"), it(b"250 ", 2), we(b"rcpt to:"), it(b"250 ", 3),
    we(b"data\r\n"), it(b"354 "), we(b"subject:"), we(b"content-type: text/html"), we(b"</html>"), we(b"\r\n.\r\n"),
    we(b"noop"), we(b"mail from:", 2), we(b"\r\n.\r\n", 2), we(b"quit"), it(b"221 "), *TAKEN,
)  # fmt: skip
AROUND_THE_END = (we(b"\r\n.\r\n"), we(b"noop"), *TAKEN)
# A request each.
ASKED = (b"post /sms", b"host:", b"authorization:", b"\r\n\r\n", b'"to"', b'"text"', b'"reference"')
ANSWERED = tuple(it(words, nth) for words in (b"http/1.1 202", b'"reference"', b'"accepted"') for nth in (1, 2))
SMS = (*(we(words, nth) for words in ASKED for nth in (1, 2)), *ANSWERED)


def deliver_and_be_killed(app: Flask, box: Postbox, point: Point, event: Event) -> None:
    """Run `idp outbox deliver` in a process of its own, and kill it at that point."""
    killed: list[int] = []

    def kill(go_on: Callable[[], None]) -> None:
        event(app, go_on)
        process.kill()
        killed.append(process.wait())

    mail, sms = box.smtp_port, urlsplit(box.url).port
    by_mail = point in MAIL
    with wire(mail if by_mail else sms or 0, point, kill) as port:
        changes = {name: str(value) for name, value in box.settings.items() if name != "delivery_timeout"}
        changes |= {"smtp_port": str(port)} if by_mail else {"sms_url": f"http://127.0.0.1:{port}/sms"}
        process = commands.start(app, "outbox", "deliver", **changes)
        output, errors = process.communicate(timeout=60)
    assert killed == [-9], (output, errors)


def at_once(app: Flask, go_on: Callable[[], None]) -> None:
    """The words do not pass."""


def heard_and_not_noted(app: Flask, go_on: Callable[[], None]) -> None:
    """The words pass, while somebody else holds the table: nothing can be written down of them."""
    with app.app_context(), db.engine.begin() as connection:
        on_sqlite = connection.dialect.name == "sqlite"  # there, to begin is to lock
        connection.execute(sa.text("SELECT 1" if on_sqlite else "LOCK TABLE outgoing_message"))
        go_on()


def then_the_next(app: Flask) -> Counter[str]:
    """The next courier, once the lease of the one that was killed has ended."""
    with clock.travel(LEASE + timedelta(seconds=1)):
        return deliver(app)


def copies(app: Flask, box: Postbox, point: Point, event: Event = at_once) -> list[int]:
    """How often each of two messages was received, once the next courier has been."""
    ids = [written(app, one) for one in (MAILBOXES if point in MAIL else NUMBERS)]
    deliver_and_be_killed(app, box, point, event)
    then_the_next(app)
    assert [found(app, one).state for one in ids] == ["sent", "sent"]
    assert len({item.headers.get("Message-ID") or item.headers["reference"] for item in box.items()}) == 2
    return sorted(Counter(item.to for item in box.items()).values())


@pytest.mark.parametrize("point", MAIL, ids=str)
def test_a_mail_is_received_once_and_twice_only_if_its_answer_was_lost(app: Flask, box: Postbox, point: Point):
    assert copies(app, box, point) == ([1, 2] if point in TAKEN else [1, 1])


@pytest.mark.parametrize("point", SMS, ids=str)
def test_an_sms_is_asked_for_again_only_if_the_gateway_heard_it(app: Flask, box: Postbox, point: Point):
    assert copies(app, box, point) == [1, 1]  # the gateway knows the reference again
    assert len(box.box.attempts) == (3 if point in ANSWERED else 2)


@pytest.mark.parametrize("point", AROUND_THE_END, ids=str)
def test_the_same_where_many_nodes_share_a_database(any_app: Flask, box: Postbox, point: Point):
    assert copies(any_app, box, point) == ([1, 2] if point in TAKEN else [1, 1])


@pytest.mark.parametrize("point", [TAKEN[0], ANSWERED[-1]], ids=str)
def test_killed_between_the_answer_and_its_commit_a_message_leaves_once_more(
    any_app: Flask, box: Postbox, point: Point
):
    copies(any_app, box, point, heard_and_not_noted)
    assert len(box.box.attempts) == 3
