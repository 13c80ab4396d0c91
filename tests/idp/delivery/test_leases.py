"""Leases: a message belongs to one attempt at a time, and what was sent is sent."""

from datetime import timedelta

from flask import Flask

from idp import clock
from idp.db import unit_of_work
from idp.delivery import courier as couriers
from idp.delivery.models import OutgoingMessage
from tests.idp.delivery.test_courier import DAY, deliver, found, written
from tests.postboxes import Postbox


def test_a_message_that_is_being_sent_is_left_alone_until_its_lease_ends(any_app: Flask, box: Postbox):
    message = written(any_app)
    with any_app.app_context(), unit_of_work():
        now = clock.now()
        assert OutgoingMessage.lease("mail", "another", now, now + couriers.LEASE) is not None
    assert deliver(any_app) == {}
    with clock.travel(couriers.LEASE + timedelta(seconds=1)):
        assert deliver(any_app) == {"sent": 1}
    assert found(any_app, message).attempts == 2


def test_a_lease_is_prolonged_while_the_attempt_lasts(app: Flask, box: Postbox):
    message = written(app)
    with app.app_context():
        now = clock.now()
        with unit_of_work():
            OutgoingMessage.lease("mail", "me", now, now + couriers.LEASE)
        with unit_of_work():
            OutgoingMessage.prolong([message], "me", now + 2 * couriers.LEASE)
            OutgoingMessage.prolong([message], "another", now + DAY)
    assert found(app, message).leased_until == now + 2 * couriers.LEASE


def test_what_left_is_settled_whoever_holds_the_lease_by_then(app: Flask):
    message = written(app)
    with app.app_context(), unit_of_work():
        now = clock.now()
        OutgoingMessage.lease("mail", "first", now, now)
    with app.app_context(), unit_of_work():
        OutgoingMessage.lease("mail", "second", now, now + DAY)
        OutgoingMessage.settle(message, now)
        OutgoingMessage.put_off(message, "second", now, "late news")
    row = found(app, message)
    assert (row.state, row.last_error) == ("sent", None)


def test_a_courier_that_lost_its_lease_decides_nothing(app: Flask):
    message = written(app)
    with app.app_context(), unit_of_work():
        now = clock.now()
        OutgoingMessage.lease("mail", "first", now, now)
        OutgoingMessage.lease("mail", "second", now, now + DAY)
        OutgoingMessage.abandon(message, "first", now, "too late")
    assert found(app, message).state == "waiting"
