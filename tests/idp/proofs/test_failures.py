"""Which logins failed from a network: each once, for three hours, until it succeeds; on any store."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask

from idp import clock
from idp.proofs import failures
from tests.rows import row


@pytest.fixture(autouse=True)
def _house(any_app: Flask) -> Iterator[None]:
    with any_app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}):
        yield


def fails(login: str) -> None:
    failures.note(failures.look(login))


def waits(login: str) -> bool:
    return failures.look(login).waits_until is not None


def test_one_login_that_fails_often_is_one_login():
    for _ in range(20):
        fails("lea@example.org")
    assert len(failures.look("x").failed) == 1
    assert not waits("karim@example.org")


def test_the_wait_ends_when_the_oldest_failure_is_forgotten():
    start = clock.now()
    for number in range(15):
        with clock.travel(start + timedelta(minutes=number)):
            fails(f"login{number}")
    with clock.travel(start + timedelta(minutes=20)):
        until = failures.look("another").waits_until
    assert until is not None
    assert abs(until - start - timedelta(hours=3)) < timedelta(seconds=5)
    with clock.travel(until + timedelta(seconds=5)):
        assert not waits("another")
        fails("another")
        assert waits("one more")


@row("LOG-6")
@pytest.mark.parametrize("step", [timedelta(days=1), -timedelta(days=1)])
def test_what_failed_while_the_clock_was_a_day_off_keeps_nobody_out(step: timedelta):
    with clock.travel(step):
        for number in range(15):
            fails(f"login{number}")
        assert waits("another")
    assert not waits("another")
    fails("another")
    assert len(failures.look("x").failed) == 1


def test_no_name_is_kept():
    fails("lea@example.org")
    assert "lea" not in str(failures.look("lea@example.org"))


@row("LOG-6")
def test_of_failures_that_are_noted_at_once_none_is_lost(any_app: Flask):
    fails("the first")

    def fail(number: int) -> None:
        with any_app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}):
            fails(f"login{number}")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(fail, range(14)))
    assert len(failures.look("x").failed) == 15
