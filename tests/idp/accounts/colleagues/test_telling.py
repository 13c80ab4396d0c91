"""The mails about who comes and goes."""

import pytest

from idp.accounts.colleagues import telling
from idp.accounts.colleagues.telling import What
from idp.db import unit_of_work
from tests.companies import joins, named
from tests.mailbox import mails_to


@pytest.mark.parametrize("what", list(What), ids=[what.value for what in What])
def test_every_holder_is_told_but_who_did_it_and_no_colleague(app, lea, what):
    paul = joins(app, lea.organization_id, "paul@example.org", holder=True)
    ines = joins(app, lea.organization_id, "ines@example.org")
    with app.app_context(), unit_of_work():
        telling.tell_holders(named(lea.organization_id), "Nour El Amrani", what, but=lea.id)
    (told,) = mails_to(app, paul.who.email)
    assert "Nour El Amrani" in told.text
    assert mails_to(app, lea.email) == mails_to(app, ines.who.email) == []


def test_what_happened_is_said_each_time_in_other_words(app, lea):
    with app.app_context(), unit_of_work():
        for what in What:
            telling.tell_holders(named(lea.organization_id), "Nour", what)
    told = {mail.text for mail in mails_to(app, lea.email)}
    assert len(told) == len(What)
