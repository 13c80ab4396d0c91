"""Pages write dates where the fund is, numbers in groups, and addresses masked."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask, g

from idp.web import filters

EVENING = datetime(2026, 3, 3, 21, 30, tzinfo=UTC)


def test_a_day_is_that_of_the_fund(site: Flask):
    with site.test_request_context("/?lang=fr"):
        g.fund_id = "val"  # Réunion, four hours ahead
        assert filters.day(EVENING) == "4 mars 2026"
        assert filters.moment(EVENING) == "4 mars 2026 à 01:30"


def test_where_no_fund_is_known_it_is_that_of_the_network(site: Flask):
    with site.test_request_context("/?lang=en"):
        assert filters.day(EVENING) == "3 March 2026"
        assert filters.moment(EVENING) == "3 March 2026 at 22:30"


def test_the_first_of_a_month_is_written_as_it_is_said(site: Flask):
    with site.test_request_context("/?lang=fr"):
        assert filters.last_day(date(2026, 12, 1)) == "1er décembre 2026"
        assert filters.last_day(date(2026, 12, 11)) == "11 décembre 2026"
        assert filters.day(datetime(2026, 11, 30, 23, 30, tzinfo=UTC)) == "1er décembre 2026"
    with site.test_request_context("/?lang=en"):
        assert filters.last_day(date(2026, 12, 1)) == "1 December 2026"


def test_a_siret_stays_in_groups_on_one_line():
    assert filters.siret("73282932000074") == "732\u00a0829\u00a0320\u00a000074"


@pytest.mark.parametrize(
    ("address", "masked"),
    [("lea.martin@example.org", "l•••@example.org"), ("a@example.org", "•••@example.org")],
)
def test_an_address_is_masked_for_all_but_its_owner(address: str, masked: str):
    assert filters.masked(address) == masked
