"""The choice of an organization, the change of tiers and the list behind it, in a network at its full size."""

import re
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from idp import clock
from idp.accounts.colleagues import belonging
from idp.db import db, unit_of_work
from idp.delegations.clientele import assigning
from idp.delegations.granting import standing
from idp.delegations.granting.due import models as due
from idp.delegations.granting.lists import models as lists
from idp.registry.staging.models import take_time
from tests import builders, worlds
from tests.browser import ISSUER, Browser, request_of
from tests.builders import Member, Portal
from tests.companies import named
from tests.counting import costs
from tests.plans import plans, read_whole
from tests.relying_party import RelyingParty
from tests.scale.measuring import share

ACCOUNTS, ORGANIZATIONS, LINKS, CLIENTS = 500_000, 300_000, 2_000_000, 10_000
SCOPE = "openid organization organizations"
LARGE = {"account", "organization", "membership", "delegation"}
BUDGETS = {
    "authorize, named": 5,
    "authorize, the picker is due": 3,
    "the picker": 4,
    "the picker, searched": 4,
    "the picker, its last page": 4,
    "the choice": 7,
    "the list": 3,
    "the list, searched": 3,
    "the clients": 6,
    "the clients, those that stand": 7,
    "the clients, searched among those that end soon": 7,
    "the firms": 7,
    "the firms, those that are over": 8,
    "one's companies": 7,
    "one's companies, searched": 8,
    "the people": 10,
}
"""SQL statements of each, at most, whatever the size."""

_NETWORK = (
    """INSERT INTO account (id, given_names, family_name, created_at, updated_at, activated_at)
       SELECT md5('a' || n)::uuid, 'Camille', 'Exemple', now(), now(), now() FROM generate_series(1, :accounts) n""",
    """INSERT INTO organization (id, fund_id, kind, number, siret, name, address, overseas, created_at, updated_at)
       SELECT md5('o' || n)::uuid, :fund, CASE WHEN n % 100 = 0 THEN 'firm' ELSE 'member' END, 'S' || n,
              lpad(n::text, 14, '0'), 'Entreprise ' || md5('n' || n), CAST('[]' AS json), false, now(), now()
       FROM generate_series(1, :organizations) n""",
    """INSERT INTO membership (id, account_id, organization_id, holder, rights, started_at)
       SELECT md5('m' || n)::uuid, md5('a' || 1 + n % :accounts)::uuid,
              md5('o' || 1 + (n::bigint * 7919) % :organizations)::uuid, n % 3 = 0, '["documents:read"]', now()
       FROM generate_series(1, :memberships) n ON CONFLICT DO NOTHING""",
    """INSERT INTO delegation (id, organization_id, firm_id, firm_siret, firm_name, origin, rights, all_staff,
                               applications_allowed, machine_allowed, created_at, accepted_at, starts_at, ends_on,
                               ends_at, reminders, confirm_reminders)
       SELECT md5('d' || n)::uuid, md5('o' || 1 + n % :organizations)::uuid,
              CASE WHEN n <= :clients THEN CAST(:firm AS uuid)
                   ELSE md5('o' || 100 * (1 + n % (:organizations / 100)))::uuid END,
              '00000000000000', 'Cabinet Exemple', 'offer', '["documents:read"]', true, false, false,
              now(), now(), now() - interval '1 day', current_date + 300, now() + interval '300 days', 0, 0
       FROM generate_series(1, :delegations) n""",
)


class Network(NamedTuple):
    """A portal, a person of three companies, and one of a firm with many clients."""

    app: Flask
    portal: Portal
    lea: Member
    omar: Member


@pytest.fixture(scope="module")
def network(postgres_template: worlds.PostgresTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Everyone, on PostgreSQL, as after a nightly ANALYZE."""
    app = postgres_template.copy(tmp_path_factory.mktemp("network"), client_cached_for=3600)
    with app.app_context():
        portal, fund = builders.a_client(), builders.a_fund(code="ouest")
        office = builders.an_organization(kind="firm", name="Cabinet Exemple", proven_at=clock.now())
        lea, omar = builders.a_member(), builders.a_member(office, email="omar@example.org")
        for number in range(2):
            builders.membership(lea.id, builders.an_organization(name=f"Entreprise A{number}").id)
        _fill(fund.id, omar.organization_id)
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("ANALYZE"))
    yield Network(app, portal, lea, omar)
    worlds.close(app)


def _fill(fund_id: UUID, firm_id: UUID) -> None:
    delegations = share(LINKS) * 2 // 5
    sizes = {"accounts": share(ACCOUNTS), "organizations": share(ORGANIZATIONS), "clients": share(CLIENTS)}
    sizes |= {"memberships": share(LINKS) - delegations, "delegations": delegations}
    take_time()
    for statement in _NETWORK:
        bound = sa.text(statement)
        values = {**sizes, "fund": fund_id, "firm": firm_id}
        db.session.execute(bound, {name: values[name] for name in bound.compile().params})
    db.session.commit()


def _walk(network: Network, person: Member, browser: Browser) -> Iterator[tuple[str, Callable[[], object]]]:
    """What a person does, one request after the other."""
    named, portal = str(person.organization_id), network.portal
    token = browser.signs_in(person, portal, scope=SCOPE, organization=named)
    token = RelyingParty(network.app, portal).redeems(browser.page.answer["code"]).body["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    picker: list[str] = []

    def opened() -> None:
        picker.append(browser.client.get(f"/authorize?{urlencode(_asked(portal))}", base_url=ISSUER).location)

    yield "authorize, named", lambda: browser.asks(portal, scope=SCOPE, organization=named)
    yield "authorize, the picker is due", opened
    yield "the picker", lambda: browser.get(picker[0])
    choice = _first(browser)
    yield "the picker, searched", lambda: browser.get(f"{picker[0]}?search=entreprise+a")
    yield "the picker, its last page", lambda: browser.get(f"{picker[0]}?page=100000")
    yield "the choice", lambda: browser.client.post(picker[0], data=choice, base_url=ISSUER)
    yield "the list", lambda: browser.client.get("/me/organizations", headers=headers, base_url=ISSUER)
    searched = "/me/organizations?search=entreprise+a"
    yield "the list, searched", lambda: browser.client.get(searched, headers=headers, base_url=ISSUER)
    yield from _read(person, browser)


def _read(person: Member, browser: Browser) -> Iterator[tuple[str, Callable[[], object]]]:
    """What a holder reads of the firms that act for their company, and of the companies their firm acts for."""
    given = f"/organizations/{person.organization_id}/delegations"
    yield "the clients", lambda: browser.get("/delegations")
    yield "the clients, those that stand", lambda: browser.get("/delegations?state=standing&page=100000")
    ending = "/delegations?search=entreprise+a&state=ending"
    yield "the clients, searched among those that end soon", lambda: browser.get(ending)
    yield "the firms", lambda: browser.get(given)
    yield "the firms, those that are over", lambda: browser.get(f"{given}?state=over")
    yield "one's companies", lambda: browser.get("/organizations")
    yield "one's companies, searched", lambda: browser.get("/organizations?search=entreprise+a")
    yield "the people", lambda: browser.get(f"/organizations/{person.organization_id}/people")


def _asked(portal: Portal) -> dict[str, str]:
    return request_of(portal, scope=SCOPE, prompt="select_organization")


def _first(browser: Browser) -> dict[str, str]:
    """What the first button of the picker sends."""
    found = re.search(r'name="choice"[^>]*value="([^"]+)"', browser.page.text)
    assert found, browser.page.text
    return browser.page.fields() | {"choice": found[1]}


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("who", ["lea", "omar"])
def test_each_plan_uses_its_index(network: Network, who: str):
    person, browser = getattr(network, who), Browser(network.app)
    with plans(network.app) as heard:
        for _, does in _walk(network, person, browser):
            does()
    assert heard
    assert not read_whole(heard) & LARGE


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("who", ["lea", "omar"])
def test_each_request_stays_within_its_budget(network: Network, who: str):
    person, browser, spent = getattr(network, who), Browser(network.app), {}
    for what, does in _walk(network, person, browser):
        with costs(network.app) as counted:
            began = time.perf_counter()
            does()
            print(f"\n{who}, {what}: {(time.perf_counter() - began) * 1000:.1f} ms")
        spent[what] = len(counted.statements)
    over = {what: count for what, count in spent.items() if count > BUDGETS[what]}
    assert not over
    assert set(spent) == set(BUDGETS)


@pytest.mark.timeout(3600)
def test_what_ends_is_found_by_its_index(network: Network):
    """A clerk leaves a firm of many clients, a holder her company; a client's people are named; a midnight comes."""
    with plans(network.app) as heard, network.app.app_context():
        firm, company = (named(one.organization_id) for one in (network.omar, network.lea))
        clerk, heir = (builders.an_account(email=f"{who}@example.org") for who in ("clerk", "heir"))
        builders.membership(clerk.id, firm.id, holder=False)
        builders.membership(heir.id, company.id)
        with unit_of_work() as work:
            (client,) = lists.some_of_person(network.omar.id, clock.now(), lists.ALL, limit=1, offset=0)
            heard.clear()
            assigning.assign(client, {clerk.id: None})
            belonging.leave(clerk.id, firm.id)
            belonging.leave(network.lea.id, company.id)
            standing.revoke(*client, standing.FIRM)
            assert not due.is_over(clock.now())
            with clock.travel(timedelta(days=301)):
                assert len(due.over(clock.now(), 3)) == 3  # of all there are: they end in one instant
            work.undo()
    assert heard
    assert not read_whole(heard) & LARGE
