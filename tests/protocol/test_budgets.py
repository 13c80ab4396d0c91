"""What each request of the protocol costs, frozen for each database (docs/performance.md)."""

from datetime import timedelta

import pytest

from idp import clock
from tests.browser import Browser
from tests.builders import a_client, a_member
from tests.counting import costs
from tests.relying_party import RelyingParty


@pytest.fixture
def warm(any_app):
    """A portal whose client is cached, and a person it knows: what a busy worker has."""
    any_app.extensions["settings"] = any_app.extensions["settings"].model_copy(
        update={"client_cached_for": timedelta(hours=1)}
    )
    with any_app.app_context():
        party, lea = RelyingParty(any_app, a_client()), a_member()
    browser = Browser(any_app)
    party.tokens_of(lea, browser)
    return party, lea, browser


def test_a_code_is_redeemed_in_four_statements(warm):
    """… redeem, alive, refresh token, audit."""
    party, lea, browser = warm
    code = party.code_of(lea, browser)
    with costs(party.app) as counted:
        assert party.redeems(code).ok
    assert (len(counted.statements), counted.commits, counted.trips) == (4, 1, 1), counted.statements


def test_a_first_code_costs_the_subject_too(any_app, warm):
    party, _, _ = warm
    with any_app.app_context():
        stranger = a_member()
    code = party.code_of(stranger)
    with costs(any_app) as counted:
        assert party.redeems(code).ok
    assert (len(counted.statements), counted.commits, counted.trips) == (5, 1, 1), counted.statements


def test_a_refresh_costs_four_statements_and_a_fifth_once_a_minute(warm):
    """… alive, rotate, successor, audit; activity."""
    party, lea, browser = warm
    token = party.tokens_of(lea, browser)["refresh_token"]
    with costs(party.app) as counted:
        token = party.refreshes(token)["refresh_token"]
    assert (len(counted.statements), counted.commits, counted.trips) == (4, 1, 1), counted.statements
    with clock.travel(timedelta(seconds=70)):
        party.published()  # the keys are read again once a minute, by whoever comes
        with costs(party.app) as counted:
            assert party.refreshes(token).ok
    assert (len(counted.statements), counted.commits, counted.trips) == (5, 1, 1), counted.statements


def test_an_honest_retry_costs_four(warm):
    """… alive, rotate in vain, what became of it, audit."""
    party, lea, browser = warm
    token = party.tokens_of(lea, browser)["refresh_token"]
    party.refreshes(token)
    with costs(party.app) as counted:
        assert party.refreshes(token).ok
    assert (len(counted.statements), counted.commits, counted.trips) == (4, 1, 1), counted.statements


def test_userinfo_costs_one_and_the_number_one_more(warm):
    party, lea, browser = warm
    plain = party.tokens_of(lea, browser)["access_token"]
    phone = party.tokens_of(lea, browser, scope="openid phone")["access_token"]
    for token, statements in ((plain, 1), (phone, 2)):
        with costs(party.app) as counted:
            assert party.userinfo(token).ok
        assert (len(counted.statements), counted.commits, counted.trips) == (statements, 0, 0), counted.statements


def test_a_revocation_costs_four(warm):
    """… whose, of which client, end, audit."""
    party, lea, browser = warm
    token = party.tokens_of(lea, browser)["refresh_token"]
    with costs(party.app) as counted:
        assert party.revokes(token).status == 200
    assert (len(counted.statements), counted.commits, counted.trips) == (4, 1, 0), counted.statements
