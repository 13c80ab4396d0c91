"""Many ask and many click at the same instant: no more links than may live, and one new password."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from idp.db import unit_of_work
from idp.extensions import passwords
from idp.proofs import links
from keys.passwords import CHEAP, Passwords
from tests import builders
from tests.browser import Browser
from tests.builders import Member
from tests.idp.accounts.resets import asks, links_to
from tests.rows import row

CROWD = 8


@pytest.fixture
def app(any_app: Flask) -> Flask:
    """On either kind of storage."""
    return any_app


def at_once(deeds: list[Callable[[], int]]) -> list[int]:
    """What each answered, all begun at one instant."""
    gate, answers = threading.Barrier(len(deeds)), []

    def does(deed: Callable[[], int]) -> None:
        gate.wait()
        answers.append(deed())

    threads = [threading.Thread(target=does, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@row("LNK-8")
def test_of_many_requests_at_once_no_more_mails_leave_than_the_budget(app: Flask, lea: Member):
    assert at_once([lambda: asks(app, lea.email).status] * CROWD) == [200] * CROWD
    assert len(links_to(app, lea.email)) == 3


@row("LNK-5", "LNK-11")
@pytest.mark.parametrize("how", ["one link", "a link each"])
def test_of_many_people_who_choose_at_once_one_does_and_no_other_link_is_good_after(app: Flask, lea: Member, how: str):
    app.extensions["idp_passwords"] = Passwords(CHEAP, hashing=CROWD)  # room for all of them
    with app.app_context(), unit_of_work():
        secrets = [links.issue("password-reset", lea.id, timedelta(hours=1), lea.email) for _ in range(CROWD)]
    if how == "one link":
        secrets = [secrets[0]] * CROWD
    browsers = [Browser(app) for _ in secrets]
    for browser, secret in zip(browsers, secrets, strict=True):
        browser.get(f"/password-reset/{secret}")
    typed = [f"Trois-Grues-Bleues-{number}" for number in range(CROWD)]

    def choosing(number: int) -> Callable[[], int]:
        both = {"password": typed[number], "password_again": typed[number]}
        return lambda: browsers[number].submit(**both).status

    answers = at_once([choosing(number) for number in range(CROWD)])
    assert set(answers) <= {200, 410}
    with app.app_context(), passwords.place():
        kept = builders.the_account(lea).password_hash
        assert [passwords.verify(kept, password) for password in typed].count(True) == 1
    if how == "a link each":
        assert answers.count(200) == 1
