"""The challenge is to wait: a ticket of one browser, good once, after a moment."""

from datetime import timedelta

from flask import Flask

from idp import clock
from idp.accounts.opening import waiting
from idp.settings import settings
from tests.rows import row


@row("OPN-12")
def test_a_ticket_is_good_once_its_moment_is_over(any_app: Flask):
    with any_app.app_context():
        ticket = waiting.ticket("mine")
        assert not waiting.has_waited("mine", ticket)
        with clock.travel(settings.opening_challenge_wait):
            assert waiting.has_waited("mine", ticket)
            assert not waiting.has_waited("mine", ticket)


def test_a_ticket_of_another_browser_an_old_one_and_none_are_not(app: Flask):
    with app.app_context():
        ticket = waiting.ticket("mine")
        with clock.travel(timedelta(minutes=1)):
            assert not waiting.has_waited("theirs", ticket)
            assert not waiting.has_waited("mine", ticket[:-1])
            assert not waiting.has_waited("mine", "")
        with clock.travel(waiting.LIFETIME + timedelta(seconds=1)):
            assert not waiting.has_waited("mine", ticket)
