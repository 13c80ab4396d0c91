"""Codes by SMS: six digits, ten minutes, five tries, once, for one purpose, target and number."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text, update

from idp import clock
from idp.db import db, new_id, unit_of_work
from idp.proofs import codes
from idp.proofs.models import Proof
from tests.rows import row

NUMBER, OTHER = "+262639980001", "+262639980002"


def issued(target: UUID, number: str = NUMBER, purpose: str = "certification") -> str | None:
    with unit_of_work():
        return codes.issue(purpose, target, number)


def a_code(target: UUID, number: str = NUMBER, purpose: str = "certification") -> str:
    code = issued(target, number, purpose)
    assert code is not None
    return code


def verified(target: UUID, typed: str, number: str = NUMBER, purpose: str = "certification") -> bool:
    with unit_of_work():
        return codes.verify(purpose, target, number, typed)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


@row("SMS-1")
def test_the_code_that_was_sent_is_right_once(any_app: Flask):
    with any_app.app_context():
        target = new_id()
        code = a_code(target)
        assert verified(target, code)
        assert not verified(target, code)


@row("SMS-1")
def test_a_code_has_six_digits_and_may_begin_with_zeros(app: Flask):
    with app.app_context():
        made = [a_code(new_id(), f"+2626399{number:02}000") for number in range(60)]
    assert all(len(code) == 6 and code.isascii() and code.isdigit() for code in made)
    assert len(set(made)) > 55


@row("SMS-1")
def test_no_code_and_no_number_stands_in_the_table(any_app: Flask):
    with any_app.app_context():
        code = a_code(new_id())
        held = repr(db.session.execute(text("SELECT * FROM proof")).all())
        assert NUMBER not in held
        assert f"'{code}'" not in held


@row("SMS-1")
def test_a_code_lives_ten_minutes(any_app: Flask):
    with any_app.app_context():
        target = new_id()
        code = a_code(target)
        with clock.travel(timedelta(minutes=10)):
            assert not verified(target, code)
        with clock.travel(timedelta(minutes=9, seconds=55)):
            assert verified(target, code)


@row("SMS-1")
def test_after_five_wrong_tries_the_right_code_is_wrong_too(any_app: Flask):
    with any_app.app_context():
        target = new_id()
        code = a_code(target)
        assert not any(verified(target, wrong(code)) for _ in range(5))
        assert not verified(target, code)


@row("SMS-1")
def test_the_fifth_try_may_be_right(any_app: Flask):
    with any_app.app_context():
        target = new_id()
        code = a_code(target)
        assert not any(verified(target, wrong(code)) for _ in range(4))
        assert verified(target, code)


@row("SMS-1")
def test_of_sixteen_right_answers_at_once_one_counts(any_app: Flask):
    with any_app.app_context():
        target = new_id()
        code = a_code(target)
    assert at_once(any_app, target, [code] * 16).count(True) == 1


@row("SMS-1")
def test_of_many_wrong_tries_at_once_five_are_compared(any_app: Flask):
    with any_app.app_context():
        target = new_id()
        code = a_code(target)
    at_once(any_app, target, [wrong(code)] * 16)
    with any_app.app_context():
        assert db.session.scalar(select(Proof.tries)) == 5
        assert not verified(target, code)


def at_once(app: Flask, target: UUID, typed: list[str]) -> list[bool]:
    gate, answers = threading.Barrier(len(typed)), []

    def answer(code: str) -> None:
        with app.app_context():
            gate.wait()
            answers.append(verified(target, code))
            db.session.remove()

    threads = [threading.Thread(target=answer, args=(code,)) for code in typed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@row("SMS-1")
@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "12345é", "١٢٣٤٥٦", "\x00" * 6, "1" * 100_000])
def test_what_is_no_code_is_wrong_and_costs_no_try(app: Flask, typed: str):
    with app.app_context():
        target = new_id()
        code = a_code(target)
        assert not any(verified(target, typed) for _ in range(10))
        assert verified(target, code)


def test_spaces_do_not_count(app: Flask):
    with app.app_context():
        target = new_id()
        code = a_code(target)
        assert verified(target, f" {code[:3]} {code[3:]} ")


@row("SMS-2")
def test_a_code_sent_to_one_number_is_wrong_for_any_other(any_app: Flask):
    with any_app.app_context():
        target = new_id()
        code = a_code(target, NUMBER)
        assert not verified(target, code, OTHER)
        assert verified(target, code, NUMBER)


@row("SMS-2")
def test_a_code_is_wrong_for_another_person_and_for_another_purpose(any_app: Flask):
    with any_app.app_context():
        target = new_id()
        code = a_code(target)
        assert not verified(new_id(), code)
        assert not verified(target, code, purpose="change")
        assert verified(target, code)


@row("SMS-2")
def test_with_two_tabs_the_number_asked_for_last_is_the_one_that_can_be_certified(any_app: Flask):
    """Tab one asks for A, tab two for B: the code of A is dead, and that of B certifies B only."""
    with any_app.app_context():
        target = new_id()
        first = a_code(target, NUMBER)
        with clock.travel(timedelta(minutes=1)):
            second = a_code(target, OTHER)
            assert not verified(target, first, NUMBER)
            assert not verified(target, second, NUMBER)
            assert verified(target, second, OTHER)


@row("SMS-2")
def test_a_digest_moved_to_another_row_is_of_no_code(app: Flask):
    """Even who writes the table cannot make the code they were sent certify another's number."""
    with app.app_context():
        mine, theirs = new_id(), new_id()
        code = a_code(mine, NUMBER)
        a_code(theirs, OTHER)
        with unit_of_work():
            digest = db.session.scalar(select(Proof.digest).where(Proof.target_id == mine))
            db.session.execute(update(Proof).where(Proof.target_id == mine).values(digest=b"x" * 32))
            db.session.execute(update(Proof).where(Proof.target_id == theirs).values(digest=digest))
        assert not verified(theirs, code, OTHER)


@row("SMS-4")
def test_over_a_budget_there_is_no_code_and_the_former_one_stays_good(any_app: Flask):
    with any_app.app_context():
        target = new_id()
        code = a_code(target)
        assert issued(target) is None  # thirty seconds have not passed
        assert verified(target, code)
