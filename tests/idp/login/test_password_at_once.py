"""Many sign-ins at once, and a process that dies in the middle of one."""

import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from idp import clock
from idp.accounts.models import Account
from idp.db import db, own_transaction
from idp.proofs import throttle
from idp.proofs.models import Attempt
from idp.sessions.models import Session
from keys.passwords import CHEAP, Passwords
from tests import builders, worlds
from tests.browser import Browser
from tests.builders import Member, Portal
from tests.idp.login.conftest import MakeApp
from tests.idp.login.dying import sign_in
from tests.rows import row
from tests.worlds import PostgresTemplate

THREADS = 16


@pytest.fixture
def house(make_app: MakeApp) -> Flask:
    """As many passwords may be hashed at once as there are threads."""
    return make_app(hashing_places=THREADS, waiting_places=0)


@row("LOG-5")
def test_of_a_hundred_wrong_tries_at_once_exactly_the_limit_is_verified(house: Flask, portal: Portal, lea: Member):
    def tries(number: int) -> int:
        browser = Browser(house)
        browser.asks(portal)
        return browser.submit(email=lea.email, password=f"Pas-le-bon-{number}").status

    with ThreadPoolExecutor(THREADS) as pool:
        assert set(pool.map(tries, range(100))) == {422}
    assert house.extensions["idp_passwords"].verifications == 5


@row("LOG-5")
def test_of_64_people_who_sign_in_at_once_none_is_refused(house: Flask, portal: Portal):
    with house.app_context():
        people = [builders.an_account() for _ in range(64)]

    def signs_in(member: Member) -> bool:
        return "code" in Browser(house).signs_in(member, portal, scope="openid").answer

    with ThreadPoolExecutor(THREADS) as pool:
        assert list(pool.map(signs_in, people)) == [True] * 64


@row("LOG-5")
def test_one_person_who_signs_in_in_several_browsers_at_once_gets_in_everywhere(
    house: Flask, portal: Portal, lea: Member
):
    def signs_in(number: int) -> bool:
        return "code" in Browser(house).signs_in(lea, portal).answer

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(signs_in, range(4))) == [True] * 4
    with house.app_context():
        assert len(Session.of(lea.id)) == 4


@row("LOG-2")
def test_a_try_stays_counted_when_the_process_is_killed_while_hashing(house: Flask, portal: Portal, lea: Member):
    dies = get_context("spawn").Process(target=sign_in, args=(house.extensions["settings"], portal, lea.email))
    dies.start()
    dies.join(30)
    assert dies.exitcode == -signal.SIGKILL
    with house.app_context():
        assert db.session.scalars(select(Attempt.tries)).all() == [1]


class Meanwhile(Passwords):
    """Lets something happen between the reading of the credential and its use."""

    happens: Callable[[], None]

    def verify(self, kept: str | None, password: str) -> bool:
        matches = super().verify(kept, password)
        self.happens()
        return matches


@pytest.mark.parametrize(
    "changed",
    [{"suspended_at": clock.now()}, {"password_hash": "another", "password_set_at": clock.now()}],
    ids=["stop", "change"],
)
def test_what_was_changed_while_it_was_verified_signs_nobody_in(
    house: Flask, portal: Portal, lea: Member, changed: dict[str, object]
):
    def happens() -> None:
        with own_transaction() as own:
            own.execute(update(Account).where(Account.id == lea.id).values(**changed))

    passwords = house.extensions["idp_passwords"] = Meanwhile(CHEAP)
    passwords.happens = happens
    browser = Browser(house)
    browser.asks(portal)
    assert browser.submit(email=lea.email, password=lea.password).status == 422
    assert browser.cookie("idp_session") is None
    with house.app_context():
        assert Session.of(lea.id) == []
        assert db.session.scalars(select(Attempt.tries)).all() == [1]


def test_a_change_of_password_waits_for_a_sign_in_under_way_and_then_finds_its_session(
    postgres_template: PostgresTemplate, tmp_path: Path
):
    house = postgres_template.copy(tmp_path, database_timeout=1)
    with house.app_context():
        lea = builders.an_account()
        db.session.rollback()
        with own_transaction() as own:
            reservation = throttle.reserve(own, "sign-in", lea.email)
            credential = Account.credential(own, lea.email)
        assert throttle.settle(reservation, Account.still_holds(credential))
        with pytest.raises(OperationalError), db.engine.begin() as other:
            other.execute(update(Account).values(password_hash="another", password_set_at=clock.now()))
        db.session.commit()
    worlds.close(house)
