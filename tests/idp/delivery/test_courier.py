"""The courier: what is due leaves once, what fails is tried again, what is hopeless is given up and said so."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select

from idp import clock
from idp.db import db, unit_of_work
from idp.delivery import courier as couriers
from idp.delivery import outbox
from idp.delivery.courier import Courier, Went, delay, ways
from idp.delivery.models import OutgoingMessage
from idp.delivery.transports.memory import Memory
from idp.delivery.transports.port import Mail, PutOff, Rejected, ServerAway
from idp.web import logs
from tests.postboxes import AUTHORIZATION, Postbox, free_port

ADDRESS, NUMBER = "lea@martin.example.org", "+262639980001"
DAY = timedelta(days=1)


def written(app: Flask, to: str = ADDRESS, **options: Any) -> UUID:
    with app.app_context(), unit_of_work():
        send = outbox.send_sms if to.startswith("+") else outbox.send_mail
        return send("delivery/trial", to, operator="Ada", **options)


def found(app: Flask, message_id: UUID) -> OutgoingMessage:
    with app.app_context():
        row = db.session.scalar(select(OutgoingMessage).where(OutgoingMessage.id == message_id))
        assert row is not None
        return row


def a_courier(app: Flask, opened: couriers.Ways | None = None) -> Courier:
    chosen = app.extensions["settings"]
    return Courier(app.app_context, chosen, opened or ways(chosen))


def deliver(app: Flask) -> Counter[str]:
    courier = a_courier(app)
    courier.deliver_due()
    return courier.counts


def of_memory(app: Flask) -> tuple[Courier, Memory[Mail]]:
    memory: Memory[Mail] = Memory()
    return a_courier(app, {"mail": lambda: memory}), memory


@contextmanager
def watching(app: Flask) -> Iterator[Courier]:
    """A courier at work."""
    courier, stop = a_courier(app), threading.Event()
    thread = threading.Thread(target=courier.watch, args=(lambda: stop.wait(0.05),))
    thread.start()
    yield courier
    stop.set()
    thread.join(20)
    assert not thread.is_alive()


def until(condition: Any, seconds: float = 10) -> bool:
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.02)
    return bool(condition())


# What leaves


def test_mail_and_sms_arrive_and_nothing_of_them_stays(any_app: Flask, box: Postbox):
    ids = [written(any_app), written(any_app, NUMBER)]
    assert deliver(any_app) == {"sent": 2}
    assert sorted(item.to for item in box.items()) == [NUMBER, ADDRESS]
    for row in (found(any_app, one) for one in ids):
        assert row.sent_at is not None
        assert (row.recipient_sealed, row.body_sealed, row.leased_until) == (None, None, None)
    assert deliver(any_app) == {}


def test_a_message_leaves_soon_after_the_commit(app: Flask, box: Postbox):
    with watching(app):
        written(app)
        assert until(lambda: box.items(ADDRESS), 3)


def test_urgent_mail_overtakes_a_campaign(any_app: Flask, box: Postbox):
    for number in range(5):
        written(any_app, f"campaign{number}@example.org", urgent=False)
    written(any_app, "reset@example.org")
    deliver(any_app)
    assert box.box.attempts[0] == "reset@example.org"
    assert len(box.items()) == 6


def test_of_many_couriers_at_once_one_sends_a_message(any_app: Flask, box: Postbox):
    for number in range(40):
        written(any_app, f"m{number}@example.org")
    threads = [threading.Thread(target=deliver, args=(any_app,)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(item.to for item in box.items()) == {f"m{number}@example.org": 1 for number in range(40)}


def test_what_cannot_be_opened_is_given_up_and_the_next_goes(app: Flask, box: Postbox):
    broken, fine = written(app), written(app, "other@example.org")
    with app.app_context(), unit_of_work():
        row = db.session.get(OutgoingMessage, broken)
        assert row is not None
        row.body_sealed = b"x" * 80
    assert deliver(app) == {"abandoned": 1, "sent": 1}
    assert found(app, broken).last_error == "no master key of ours opens it"
    assert found(app, fine).sent_at


# What is tried again


def test_greylisted_it_waits_and_then_arrives(any_app: Flask, box: Postbox):
    box.trouble(ADDRESS, "greylist", times=1)
    message = written(any_app)
    assert deliver(any_app) == {"put_off": 1}
    row = found(any_app, message)
    assert (row.state, row.attempts, row.last_error) == (
        "late",
        1,
        "the recipient was refused: 451 4.7.1, because of a rule of theirs",
    )
    assert timedelta(seconds=20) < row.due_at - clock.now() < timedelta(seconds=40)
    assert deliver(any_app) == {}
    with clock.travel(timedelta(minutes=1)):
        assert deliver(any_app) == {"sent": 1}
    assert len(box.items(ADDRESS)) == 1


@pytest.mark.parametrize("trouble", ["busy", "cut", "greylist"])
def test_one_recipient_in_trouble_keeps_nobody_waiting(app: Flask, box: Postbox, trouble: str):
    box.trouble(ADDRESS, trouble)
    written(app)
    written(app, "other@example.org")
    assert deliver(app) == {"put_off": 1, "sent": 1}


def test_the_waits_double_up_to_an_hour():
    minutes = [delay(attempts, 1.0) / timedelta(minutes=1) for attempts in range(1, 10)]
    assert minutes == [0.5, 1, 2, 4, 8, 16, 32, 60, 60]
    assert delay(10_000, 1.0) == timedelta(hours=1)


def test_it_is_tried_for_a_day_and_then_given_up_for_an_operator_to_see(app: Flask, box: Postbox):
    box.trouble(ADDRESS, "greylist")
    message, spent = written(app), timedelta()
    while found(app, message).state != "abandoned":
        spent += timedelta(minutes=30)
        assert spent < timedelta(hours=26)
        with clock.travel(spent):
            deliver(app)
    row = found(app, message)
    assert spent > timedelta(hours=22)
    assert row.last_error == "the recipient was refused: 451 4.7.1, because of a rule of theirs"
    assert row.body_sealed is not None  # an operator may yet have it sent


def test_a_mailbox_that_does_not_exist_is_given_up_at_once(app: Flask, box: Postbox):
    box.trouble(ADDRESS, "reject")
    message = written(app)
    assert deliver(app) == {"abandoned": 1}
    assert found(app, message).last_error == "the recipient was refused: 550 5.1.1, because of the address"


def test_what_is_of_no_use_any_more_is_not_sent_and_is_wiped(any_app: Flask, box: Postbox):
    message = written(any_app, expires_at=clock.now() + timedelta(minutes=10))
    with clock.travel(timedelta(minutes=11)):
        assert deliver(any_app) == {}
        row = found(any_app, message)
        assert (row.state, row.body_sealed, row.recipient_sealed) == ("abandoned", None, None)
        assert row.last_error == "it expired before it could be sent"
    assert box.items() == []


def test_given_up_and_expired_nothing_of_it_stays(app: Flask, box: Postbox):
    box.trouble(ADDRESS, "reject")
    message = written(app, expires_at=clock.now() + timedelta(hours=1))
    deliver(app)
    with clock.travel(timedelta(hours=2)):
        deliver(app)
    row = found(app, message)
    assert row.body_sealed is None
    assert row.last_error == "the recipient was refused: 550 5.1.1, because of the address"


def test_without_a_gateway_an_sms_waits(app: Flask, box: Postbox):
    message = written(app, NUMBER)
    assert "sms" not in ways(app.extensions["settings"].model_copy(update={"sms_url": ""}))
    courier, _ = of_memory(app)
    courier.deliver_due()
    assert found(app, message).state == "waiting"


def test_a_gateway_that_is_down_keeps_no_mail_waiting(app: Flask, box: Postbox):
    box.trouble(NUMBER, "broken", times=1)
    message = written(app, NUMBER)
    written(app)
    assert deliver(app) == {"put_off": 1, "sent": 1}
    assert found(app, message).last_error == "the gateway answered 500 Internal Server Error"


def test_while_the_server_is_away_a_lane_rests_instead_of_burning_the_queue(app: Flask):
    courier, memory = of_memory(app)
    memory.answers.extend([ServerAway("away")] * 50)
    ids = [written(app, f"m{number}@example.org") for number in range(50)]
    courier.deliver_due()
    assert sum(found(app, one).attempts for one in ids) == 1


def test_a_server_that_comes_back_gets_what_waited(app: Flask, box: Postbox, template: Any, tmp_path: Any):
    gone = app.extensions["settings"].model_copy(update={"smtp_port": free_port()})
    message = written(app)
    courier = a_courier(app, ways(gone))
    courier.deliver_due()
    assert found(app, message).last_error == "the connection was refused: nothing listens there"
    with clock.travel(timedelta(minutes=1)):
        assert deliver(app) == {"sent": 1}


# Accidents


def test_an_answer_that_was_lost_doubles_the_mail_once_under_the_same_id(app: Flask, box: Postbox):
    box.trouble(ADDRESS, "lost_answer", times=1)
    written(app)
    assert deliver(app) == {"put_off": 1}
    with clock.travel(timedelta(minutes=1)):
        assert deliver(app) == {"sent": 1}
    first, second = box.items(ADDRESS)
    assert first.headers["Message-ID"] == second.headers["Message-ID"]


def test_a_fault_of_a_transport_stops_no_lane(app: Flask):
    class Broken(Memory[Mail]):
        def send(self, message: Mail) -> None:
            raise RuntimeError("a fault of ours")

    courier = a_courier(app, {"mail": Broken})
    written(app)
    assert courier._turn("mail", Broken()) is Went.AWAY


def test_under_any_weather_nothing_is_lost_and_nothing_sent_is_sent_again(app: Flask):
    """Random refusals, delays and absences, over two days."""
    weather, spent = random.Random(7), timedelta()
    courier, memory = of_memory(app)
    ids = [written(app, f"m{number}@example.org") for number in range(30)]
    while any(found(app, one).state in ("waiting", "late") for one in ids):
        spent += timedelta(minutes=20)
        assert spent < timedelta(days=2)
        options = [None, None, PutOff("later"), ServerAway("away"), Rejected("never")]
        memory.answers[:] = weather.choices(options, weights=[3, 3, 6, 2, 1], k=60)
        with clock.travel(spent):
            courier = a_courier(app, {"mail": lambda: memory})
            courier.deliver_due()
    states = Counter(found(app, one).state for one in ids)
    assert states["sent"] == len(memory.sent) == len({mail.to for mail in memory.sent})
    assert states["sent"] + states["abandoned"] == 30


def test_no_log_holds_a_recipient_a_word_or_a_password(app: Flask, box: Postbox):
    log = StringIO()
    logs.configure("DEBUG", log)
    for to in (ADDRESS, NUMBER, "reject@example.org"):
        written(app, to)
    box.trouble("reject@example.org", "reject")
    box.trouble(NUMBER, "error_body", times=1)
    deliver(app)
    held = log.getvalue()
    assert "delivery:message:abandoned" in held
    for word in (ADDRESS, NUMBER, "reject@example.org", "Ada", AUTHORIZATION, "/sms"):
        assert word not in held
