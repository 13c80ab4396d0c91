"""What each endpoint asks of the two memories, frozen: docs/performance.md holds the budgets and says why."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask

from tests import worlds
from tests.browser import ISSUER, Browser
from tests.builders import Member, a_client, a_member, a_program, an_api
from tests.counting import costs
from tests.relying_party import RelyingParty


class Cost(NamedTuple):
    """What a request asks: SQL statements, commits that keep something, round trips to the short-lived store."""

    statements: int
    commits: int
    trips: int


BUDGETS = {
    "discovery": Cost(0, 0, 0),
    "jwks": Cost(0, 0, 0),
    "authorize": Cost(5, 1, 1),
    "authorize, for a third party": Cost(5, 1, 1),
    "authorize, for an organization": Cost(6, 1, 1),
    "code": Cost(5, 1, 1),
    "refresh": Cost(5, 1, 1),
    "userinfo": Cost(2, 0, 0),
    "introspection": Cost(2, 0, 0),
    "client credentials": Cost(2, 1, 0),
    "sign-in": Cost(6, 2, 3),
}
FROZEN = {
    "discovery": Cost(0, 0, 0),
    "jwks": Cost(0, 0, 0),
    "authorize": Cost(4, 1, 1),
    "authorize, for a third party": Cost(5, 1, 1),
    "authorize, for an organization": Cost(5, 1, 1),
    "code": Cost(4, 1, 1),
    "refresh": Cost(4, 1, 1),
    "userinfo": Cost(1, 0, 0),
    "introspection": Cost(1, 0, 0),
    "client credentials": Cost(1, 1, 0),
    "sign-in": Cost(6, 2, 3),
}
"""The same on both databases."""


class House(NamedTuple):
    """An application with a portal that knows a person, whose browser has a session; all that is cached is warm."""

    app: Flask
    lea: Member
    browser: Browser
    program: RelyingParty


@pytest.fixture(params=["sqlite", "postgresql"])
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    if request.param == "sqlite":
        app = request.getfixturevalue("template").sqlite(tmp_path, client_cached_for=60)
    else:
        app = request.getfixturevalue("postgres_template").copy(tmp_path, client_cached_for=60)
    yield _furnished(app)
    worlds.close(app)


def _furnished(app: Flask) -> House:
    with app.app_context():
        portal, lea = a_client(), a_member()
    browser, program = Browser(app), RelyingParty(app, portal)
    program.tokens_of(lea, browser)
    for path in PUBLISHED.values():
        browser.get(path)
    return House(app, lea, browser, program)


PUBLISHED = {"discovery": "/.well-known/openid-configuration", "jwks": "/jwks"}


def discovery(house: House) -> Callable[[], object]:
    return lambda: house.browser.get(PUBLISHED["discovery"])


def jwks(house: House) -> Callable[[], object]:
    return lambda: house.browser.get(PUBLISHED["jwks"])


def authorize(house: House) -> Callable[[], object]:
    return lambda: house.browser.asks(house.program.portal, scope="openid profile").answer["code"]


def authorize_for_an_organization(house: House) -> Callable[[], object]:
    return lambda: house.browser.asks(house.program.portal).answer["code"]


def authorize_for_a_third_party(house: House) -> Callable[[], object]:
    """The consent is there."""
    with house.app.app_context():
        portal = a_client(first_party=False)
    house.browser.asks(portal, scope="openid profile")
    house.browser.submit(choice="allow")
    return lambda: house.browser.asks(portal, scope="openid profile").answer["code"]


def code(house: House) -> Callable[[], object]:
    issued = house.program.code_of(house.lea, house.browser)
    return lambda: house.program.redeems(issued)["access_token"]


def refresh(house: House) -> Callable[[], object]:
    tokens = house.program.tokens_of(house.lea, house.browser)
    return lambda: house.program.refreshes(tokens["refresh_token"])["access_token"]


def userinfo(house: House) -> Callable[[], object]:
    token = house.program.tokens_of(house.lea, house.browser)["access_token"]
    return lambda: house.program.userinfo(token)["sub"]


def introspection(house: House) -> Callable[[], object]:
    """Asked by the server of an API, of a token for that API."""
    with house.app.app_context():
        server = RelyingParty(house.app, a_client())
        api = an_api(introspection_clients=[server.portal.client_id])
        portal = a_client(resources=(api,), scopes=("openid", "organization", "invoices:read"))
    scope = "openid organization invoices:read"
    party = RelyingParty(house.app, portal)
    token = party.tokens_of(house.lea, house.browser, scope=scope, resource=api)["access_token"]
    server.introspects("warm")
    return lambda: server.introspects(token)["active"]


def client_credentials(house: House) -> Callable[[], object]:
    with house.app.app_context():
        program = RelyingParty(house.app, a_program(an_api()))
    program.asks_token(grant_type="client_credentials")
    return lambda: program.asks_token(grant_type="client_credentials")["access_token"]


def sign_in(house: House) -> Callable[[], object]:
    """The one request that carries the password."""
    browser = Browser(house.app)
    page = browser.asks(house.program.portal)
    form = page.fields() | {"email": house.lea.email, "password": house.lea.password}
    return lambda: browser.client.post(page.url, data=form, base_url=ISSUER).headers["Location"]


REQUESTS = {
    "discovery": discovery,
    "jwks": jwks,
    "authorize": authorize,
    "authorize, for a third party": authorize_for_a_third_party,
    "authorize, for an organization": authorize_for_an_organization,
    "code": code,
    "refresh": refresh,
    "userinfo": userinfo,
    "introspection": introspection,
    "client credentials": client_credentials,
    "sign-in": sign_in,
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_costs_what_it_did(house: House, name: str):
    ask = REQUESTS[name](house)
    with costs(house.app) as counted:
        assert ask()
    cost = Cost(len(counted.statements), counted.commits, counted.trips)
    assert cost == FROZEN[name], "\n".join(counted.statements)
    assert all(spent <= most for spent, most in zip(cost, BUDGETS[name], strict=True))
