"""Budgets: so many an hour and a day, however they are spread, and what is undone costs nothing."""

import random
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask

from idp import clock
from idp.db import db, new_id, unit_of_work
from idp.proofs import budgets
from idp.web import logs
from tests import worlds
from tests.rows import row

NUMBER = "+262639980001"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def mail(address: str = "lea@example.org") -> bool:
    with unit_of_work():
        return budgets.allow_mail(address)


def sms(number: str = NUMBER) -> bool:
    with unit_of_work():
        return budgets.allow_sms(number, new_id())


def test_an_address_gets_three_mails_an_hour_and_five_a_day(any_app: Flask):
    with any_app.app_context():
        assert [mail() for _ in range(5)] == [True] * 3 + [False] * 2
        with clock.travel(HOUR):
            assert [mail(), mail()] == [True, False]
        with clock.travel(2 * HOUR):
            assert [mail(), mail()] == [True, False]
        with clock.travel(5 * HOUR):
            assert not mail()
        with clock.travel(DAY + 3 * HOUR):
            assert mail()


def test_another_address_has_a_budget_of_its_own(any_app: Flask):
    with any_app.app_context():
        for _ in range(4):
            mail()
        assert mail("karim@example.org")


@row("SMS-4", "SMS-5")
def test_a_number_has_one_budget_over_all_accounts_and_a_moment_between_two(any_app: Flask):
    with any_app.app_context():
        sent = []
        for seconds in range(0, 120, 10):
            with clock.travel(timedelta(seconds=seconds)):
                sent.append(sms())
        assert sent.count(True) == 3
        assert sent[:4] == [True, False, False, True]


@row("SMS-4")
def test_an_account_has_a_budget_over_all_numbers(any_app: Flask):
    with any_app.app_context():
        target, sent = new_id(), 0
        for minute in range(20):
            with clock.travel(minute * MINUTE), unit_of_work():
                sent += budgets.allow_sms(f"+2626399800{minute:02}", target)
        assert sent == 5


@row("SMS-4")
def test_a_block_of_numbers_that_follow_each_other_has_a_budget(template: worlds.Template, tmp_path: Path):
    narrow = template.sqlite(tmp_path, sms_a_day_to_block=3)
    with narrow.app_context():
        assert [sms(f"+26263998000{digit}") for digit in range(5)] == [True] * 3 + [False] * 2
        assert sms("+262639981001")  # the next block
    worlds.close(narrow)


@pytest.mark.parametrize(("ask", "an_hour", "a_day"), [(mail, 3, 5), (sms, 3, 5)])
def test_no_hour_and_no_day_sees_more(app: Flask, ask: Callable[[], bool], an_hour: int, a_day: int):
    """However the requests are spread over a week."""
    spread, sent, at = random.Random(11), list[datetime](), timedelta()
    with app.app_context():
        while at < 7 * DAY:
            at += timedelta(seconds=spread.expovariate(1 / 1500))
            with clock.travel(at):
                if ask():
                    sent.append(clock.now())
    for window, most in ((HOUR, an_hour), (DAY, a_day)):
        assert max(sum(one <= other < one + window for other in sent) for one in sent) <= most
    assert len(sent) >= 20


def test_of_many_requests_at_once_no_more_than_the_budget_pass(any_app: Flask):
    passed = []

    def ask() -> None:
        with any_app.app_context():
            passed.append(mail())
            db.session.remove()

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert passed.count(True) == 3


def test_what_is_undone_costs_nothing(any_app: Flask):
    with any_app.app_context():
        for _ in range(10):
            with unit_of_work() as work:
                assert budgets.allow_mail("lea@example.org")
                work.undo()
        assert mail()


@row("SMS-4")
def test_one_network_asks_for_ten_an_hour(app: Flask):
    sent = 0
    for number in range(14):
        with app.test_request_context("/", environ_base={"REMOTE_ADDR": "192.0.2.7"}), unit_of_work():
            sent += budgets.allow_sms(f"+2626399800{number:02}", new_id())
    assert sent == 10


@row("SMS-4")
def test_the_house_stops_at_its_budget_and_says_so_once(template: worlds.Template, tmp_path: pytest.TempPathFactory):
    app = template.sqlite(tmp_path, sms_a_day_in_all=3)
    log = StringIO()
    logs.configure("INFO", log)
    with app.app_context():
        assert [sms(f"+26263998000{number}") for number in range(6)] == [True] * 3 + [False] * 3
    assert log.getvalue().count("proofs:budget:exhausted") == 1
    worlds.close(app)
