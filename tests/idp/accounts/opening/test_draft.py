"""What a first step proved is kept for half an hour, in the browser that proved it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask

from idp import clock
from idp.accounts.opening.draft import Draft
from idp.errors import OpeningExpired, OpeningForeign
from tests.rows import row


def a_draft() -> Draft:
    draft = Draft(organization_id=str(uuid4()), fund_id=str(uuid4()), code_id=str(uuid4()), browser="mine")
    draft.save()
    return draft


@row("OPN-7")
def test_a_draft_is_of_one_browser(any_app: Flask):
    with any_app.app_context():
        draft = a_draft()
        assert Draft.of(draft.id, "mine").organization_id == draft.organization_id
        for other in ("theirs", None):
            with pytest.raises(OpeningForeign):
                Draft.of(draft.id, other)


def test_it_waits_half_an_hour_for_the_second_step_and_a_week_for_the_mail(app: Flask):
    with app.app_context():
        draft, second = a_draft(), timedelta(seconds=1)
        with clock.travel(timedelta(minutes=29)):
            draft.is_written_as(uuid4())
        with clock.travel(timedelta(days=7, minutes=29) - second):
            assert Draft.of(draft.id, "mine").is_sent
        with clock.travel(timedelta(days=7, minutes=29) + second), pytest.raises(OpeningExpired):
            Draft.of(draft.id, "mine")
        waiting = a_draft()
        with clock.travel(timedelta(minutes=30) + second), pytest.raises(OpeningExpired):
            Draft.of(waiting.id, "mine")


def test_of_two_tabs_that_write_at_once_the_second_reads_again(any_app: Flask):
    with any_app.app_context():
        first = a_draft()
        second = Draft.of(first.id, "mine")
        first.certifies("+33612345678", clock.now())
        with pytest.raises(OpeningExpired):
            second.certifies("+33687654321", clock.now())
        assert Draft.of(first.id, "mine").certified == "+33612345678"
