"""Tries: counted before anything is verified, and never more than allowed."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from idp import clock
from idp.db import db, own_transaction, unit_of_work
from idp.proofs import throttle
from idp.proofs.models import Attempt
from idp.proofs.throttle import Reservation
from tests.rows import row
from tests.worlds import Template

LEA = "lea@example.org"
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _house(any_app: Flask) -> Iterator[None]:
    with any_app.app_context():
        yield


def a_try(login: str = LEA, purpose: str = "sign-in") -> Reservation:
    with own_transaction() as own:
        return throttle.reserve(own, purpose, login)


def a_try_at(instant: datetime) -> Reservation:
    with clock.travel(instant):
        return a_try()


def waits(tries: int) -> list[float]:
    """The seconds that someone waits who tries again as soon as it is allowed."""
    instant, found = clock.now(), []
    for _ in range(tries):
        assert a_try_at(instant).allowed
        next_at = db.session.scalar(select(Attempt.allowed_at))
        db.session.rollback()
        instant, before = max(next_at, instant), instant
        found.append(round((instant - before).total_seconds()))
    return found


@row("LOG-2")
def test_after_five_tries_each_wait_is_twice_the_last_up_to_an_hour_and_25_are_a_day():
    doubling = [60, 120, 240, 480, 960, 1920]
    assert waits(25) == [0] * 4 + doubling + [3600] * 14 + [86400]


@row("LOG-2")
def test_a_refused_try_says_when_to_come_back_and_is_not_counted():
    start = clock.now()
    assert all(a_try_at(start).allowed for _ in range(5))
    for seconds in (1, 30, 59):
        refused = a_try_at(start + timedelta(seconds=seconds))
        assert not refused.allowed
        assert 58 <= (refused.retry_at - start).total_seconds() <= 62
    assert a_try_at(start + timedelta(seconds=61)).allowed


@row("LOG-2")
@pytest.mark.parametrize("pause", [timedelta(hours=1), timedelta(hours=12), timedelta(hours=23)])
def test_no_24_hours_see_more_than_25_tries_however_they_are_spread(pause: timedelta):
    instant = end = clock.now()
    allowed, pauses = [], [pause]
    while instant < end + timedelta(days=4):
        reservation = a_try_at(instant)
        if reservation.allowed:
            allowed.append(instant)
            instant += pauses.pop() if pauses else timedelta(seconds=1)
        else:
            instant = reservation.retry_at
    windows = [sum(1 for other in allowed if one <= other < one + DAY) for one in allowed]
    assert max(windows) == 25


@row("LOG-2")
def test_a_login_is_counted_whether_it_has_an_account_or_not_and_its_name_is_not_kept():
    assert a_try("nobody@example.org").allowed
    key = db.session.scalar(select(Attempt.key))
    assert len(key) == 32
    assert b"nobody" not in key


def test_logins_and_purposes_are_counted_apart():
    assert all(a_try().allowed for _ in range(5))
    assert not a_try().allowed
    assert a_try("karim@example.org").allowed
    assert a_try(purpose="activation").allowed


def test_success_forgets_the_tries():
    reservations = [a_try() for _ in range(5)]
    with unit_of_work():
        assert throttle.settle(reservations[-1])
    assert a_try().allowed


def test_of_two_tries_that_arrive_in_the_wrong_order_none_is_refused():
    later = clock.now()
    assert a_try_at(later).allowed
    assert a_try_at(later - timedelta(seconds=2)).allowed
    with unit_of_work():
        assert throttle.settle(a_try_at(later))
    assert a_try_at(later - timedelta(seconds=2)).allowed


def test_two_successes_at_once_are_both_settled():
    first, second = a_try(), a_try()
    with unit_of_work():
        assert throttle.settle(first)
    with unit_of_work():
        assert throttle.settle(second)


def test_nothing_is_settled_where_the_condition_fails():
    reservation = a_try()
    with unit_of_work():
        assert not throttle.settle(reservation, Attempt.tries > 1)
    assert db.session.scalar(select(Attempt.tries)) == 1


def test_after_a_day_without_a_try_the_count_begins_again():
    start = clock.now()
    assert all(a_try_at(start).allowed for _ in range(5))
    assert all(a_try_at(start + DAY + timedelta(seconds=1)).allowed for _ in range(5))


@row("LOG-5")
def test_of_a_hundred_tries_at_once_exactly_the_limit_is_allowed(any_app: Flask):
    def try_once(number: int) -> bool:
        with any_app.app_context():
            return a_try().allowed

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(try_once, range(100))) == 5


def test_the_limits_are_settings(template: Template, tmp_path: Path):
    app = template.sqlite(tmp_path, sign_in_tries=2, sign_in_delay=0, sign_in_tries_a_day=3)
    with app.app_context():
        assert waits(3) == [0, 0, 86400]
