"""Tries that need no account are counted for an hour, on any store."""

from datetime import timedelta

import pytest
from flask import Flask

from idp import clock
from idp.errors import TooMany
from idp.proofs import rates
from idp.settings import settings


def test_so_many_an_hour_and_no_more(any_app: Flask):
    with any_app.app_context():
        assert [rates.within("opening", "192.0.2.1", most=2) for _ in range(3)] == [True, True, False]


def test_another_one_and_another_kind_are_counted_apart(app: Flask):
    with app.app_context():
        assert rates.count("opening", "192.0.2.1") == 1
        assert rates.count("opening", "192.0.2.2") == 1
        assert rates.count("letters", "192.0.2.1") == 1
        assert rates.count("opening", "192.0.2.1") == 2


def test_an_hour_later_one_may_try_again(app: Flask):
    with app.app_context():
        assert rates.within("opening", "192.0.2.1", most=1)
        assert not rates.within("opening", "192.0.2.1", most=1)
        with clock.travel(timedelta(hours=1, seconds=1)):
            assert rates.within("opening", "192.0.2.1", most=1)


def test_what_is_kept_for_a_stranger_is_counted_by_network(app: Flask):
    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.1"}):
        for _ in range(settings.journeys_an_hour):
            rates.admit()
        with pytest.raises(TooMany):
            rates.admit()
    with app.test_request_context(environ_base={"REMOTE_ADDR": "192.0.2.2"}):
        rates.admit()


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::2", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("what a proxy made up", "unknown"),
    ],
)
def test_a_network_is_an_address_or_the_64_bits_of_a_household(app: Flask, address: str, counted: str):
    with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
        assert rates.network() == counted
