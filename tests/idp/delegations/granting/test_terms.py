"""What is given, and until when: the last day is included, and ends at midnight where the fund is."""

from datetime import UTC, date, datetime, timedelta

import pytest

from idp.delegations.granting import terms
from idp.delegations.granting.terms import Fault
from tests.builders import a_fund, an_organization
from tests.rows import row


@row("DLG-1")
@pytest.mark.parametrize(
    ("zone", "instant"),
    [
        ("Europe/Paris", datetime(2027, 3, 31, 22, tzinfo=UTC)),
        ("Indian/Reunion", datetime(2027, 3, 31, 20, tzinfo=UTC)),
        ("Pacific/Noumea", datetime(2027, 3, 31, 13, tzinfo=UTC)),
    ],
    ids=["Paris", "Saint-Denis", "Nouméa"],
)
def test_a_day_ends_at_midnight_where_the_fund_is(app, zone, instant):
    with app.app_context():
        company = an_organization(a_fund(time_zone=zone))
        assert terms.ends_at(date(2027, 3, 31), company) == instant


def test_the_clocks_may_change_that_night(app):
    assert terms.midnight_after(date(2026, 10, 25), "Europe/Paris") == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert terms.midnight_after(date(2026, 3, 29), "Europe/Paris") == datetime(2026, 3, 29, 22, tzinfo=UTC)


@row("DLG-3")
def test_nothing_but_rights_is_given(app):
    assert terms.of(["documents:act", "holder", "legal:read"], date(2027, 1, 1)).rights == (
        "legal:read",
        "documents:act",
    )


def test_what_cannot_be_is_named(app):
    with app.app_context():
        company = an_organization()
        today = terms.today_of(company)
        assert terms.fault(terms.of([], today), company) is Fault.NO_RIGHTS
        assert terms.fault(terms.of(["legal:read"], today), company) is None
        assert terms.day_fault(today - timedelta(days=1), company) is Fault.PAST
        assert terms.day_fault(today + timedelta(days=3 * 365), company) is None
        assert terms.day_fault(today + timedelta(days=3 * 365 + 1), company) is Fault.TOO_LONG


def test_a_year_later_is_the_same_day_where_there_is_one():
    assert terms.a_year_from(date(2026, 5, 4)) == date(2027, 5, 4)
    assert terms.a_year_from(date(2028, 2, 29)) == date(2029, 2, 28)
