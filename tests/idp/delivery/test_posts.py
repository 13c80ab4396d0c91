"""What is posted to clients: one that is slow or away delays no other, and chores are done besides."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from idp import clock, extensions
from idp.db import new_id, unit_of_work
from idp.delivery import outbox
from idp.delivery.courier import AFTER_THE_FIRST, FIRST_DELAY
from idp.delivery.models import OutgoingMessage
from idp.delivery.transports.memory import Memory
from idp.delivery.transports.port import Post, PutOff, ServerAway
from tests.idp.delivery.test_courier import a_courier, found, until, watching
from tests.rows import row

SLOW, QUICK = new_id(), new_id()


class Program:
    """A transport to two clients: the slow one answers once the quick one was told."""

    def __init__(self, told: threading.Event, sent: list[str]) -> None:
        self._told, self._sent = told, sent

    def send(self, message: Post) -> None:
        if message.url == "quick":
            self._told.set()
        elif not self._told.wait(20):
            raise PutOff("the quick one waited for the slow one")
        self._sent.append(message.url)

    def close(self) -> None:
        """Nothing is open."""


def wears(app: Flask, **parts: Any) -> None:
    """Give the house other parts."""
    house = app.extensions["idp_house"]
    app.extensions["idp_house"] = extensions.House(**{**vars(house), **parts})


@pytest.fixture
def app(app: Flask) -> Flask:
    """An application whose posts name their client."""
    wears(app, bodies={"told": lambda facts: Post(facts["to"], {})}, chores=())
    return app


def posted(app: Flask, destination: UUID, to: str) -> UUID:
    with app.app_context(), unit_of_work():
        return outbox.post("told", destination, to=to)


@row("OUT-2")
def test_a_client_that_is_slow_delays_no_other(app: Flask):
    for _ in range(10):
        posted(app, SLOW, "slow")
    posted(app, QUICK, "quick")
    told, sent = threading.Event(), list[str]()
    courier = a_courier(app, {"http": lambda: Program(told, sent)})
    stop = threading.Event()
    thread = threading.Thread(target=courier.watch, args=(lambda: stop.wait(0.05),))
    thread.start()
    assert until(lambda: len(sent) == 11, 30)
    stop.set()
    thread.join(20)
    assert sent[0] == "quick"
    assert courier.counts == {"sent": 11}


@row("OUT-2")
def test_of_a_client_that_is_away_one_message_is_tried_and_goes_first_again(app: Flask):
    first, *others = [posted(app, SLOW, "slow") for _ in range(3)]
    memory: Memory[Post] = Memory()
    memory.answers.append(ServerAway("away"))
    courier = a_courier(app, {"http": lambda: memory})
    courier.deliver_due()
    assert courier.counts == {"put_off": 1}
    tried = found(app, first)
    assert {found(app, one).attempts for one in others} == {0}
    assert all(found(app, one).due_at == tried.due_at + AFTER_THE_FIRST for one in others)
    with clock.travel(2 * FIRST_DELAY):
        a_courier(app, {"http": lambda: memory}).deliver_due()
    assert len(memory.sent) == 3


def test_a_refusal_of_one_message_holds_no_other_back(app: Flask):
    for _ in range(3):
        posted(app, SLOW, "slow")
    memory: Memory[Post] = Memory()
    memory.answers.append(PutOff("not this one"))
    courier = a_courier(app, {"http": lambda: memory})
    courier.deliver_due()
    assert courier.counts == {"put_off": 1, "sent": 2}


def test_what_was_given_up_may_be_tried_again_by_an_operator(app: Flask):
    message = posted(app, SLOW, "slow")
    memory: Memory[Post] = Memory()
    memory.answers.append(ServerAway("away"))
    with clock.travel(timedelta(days=2)):
        a_courier(app, {"http": lambda: memory}).deliver_due()
        assert found(app, message).state == "abandoned"
        with app.app_context(), unit_of_work():
            assert OutgoingMessage.retry([message], clock.now()) == 1
        a_courier(app, {"http": lambda: memory}).deliver_due()
    assert found(app, message).state == "sent"


def test_a_chore_that_fails_stops_neither_mail_nor_the_next_chore(app: Flask):
    done: list[int] = []

    def fails() -> None:
        done.append(1)
        raise ZeroDivisionError

    wears(app, chores=(fails,))
    with watching(app):
        assert until(lambda: len(done) >= 2)
        memory: Memory[Post] = Memory()
        posted(app, QUICK, "quick")
        a_courier(app, {"http": lambda: memory}).deliver_due()
    assert len(done) >= 3
