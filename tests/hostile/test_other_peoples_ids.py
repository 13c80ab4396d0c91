"""Every address of ours with somebody else's ids in it: nothing of theirs is shown, and nothing changes (TRS-1)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from app import FOREIGN_POSTS, MACHINE
from idp.audit.models import AuditEvent, AuditPerson
from idp.db import Model, db
from tests import builders
from tests.browser import ISSUER, Browser
from tests.builders import Member
from tests.hostile.doors import House
from tests.relying_party import RelyingParty
from tests.rows import row

HERS = (
    "Hortense",
    "Vauquelin",
    "hortense@vauquelin.example.org",
    "Charpentes Vauquelin",
    "99900003700017",
    "639981177",
)
CHOICES = ("yes", "")


@pytest.fixture
def hortense(app: Flask) -> Member:
    """Someone with a company, a colleague, a firm that acts for her, an application, sessions and grants."""
    with app.app_context():
        company = builders.an_organization(name=HERS[3], siret=HERS[4], number="VAUQ77")
        hortense = builders.a_member(company, email=HERS[2], mobile=f"+262{HERS[5]}")
        account = builders.the_account(hortense)
        account.given_names, account.family_name = HERS[:2]
        db.session.commit()
        firm = builders.an_organization(kind="firm", name="Cabinet Vauquelin Conseil")
        builders.a_delegation(company.id, firm.id)
        builders.a_delegation(company.id, firm.id, accepted_at=None)
        builders.membership(builders.an_account().id, company.id, holder=False)
        partner = builders.a_client(name="Paie Vauquelin", first_party=False)
    browser, program = Browser(app), RelyingParty(app, partner)
    browser.signs_in(hortense, partner)
    program.redeems(browser.submit(choice="allow").answer["code"])
    return hortense


def rows(app: Flask) -> set[tuple[str, str]]:
    """All that the tables hold, but the audit."""
    tables = [one for one in Model.metadata.sorted_tables if one not in (AuditEvent.__table__, AuditPerson.__table__)]
    with app.app_context():
        return {(one.name, repr(tuple(found))) for one in tables for found in db.session.execute(sa.select(one))}


def some_of_hers(app: Flask) -> list[UUID]:
    """What names a row of hers, of each table: she was here last."""
    with app.app_context():
        newest = [
            db.session.scalar(sa.select(table.c.id).order_by(table.c.id.desc()))
            for table in Model.metadata.sorted_tables
            if "id" in table.c and isinstance(table.c.id.type, sa.Uuid)
        ]
    return [found for found in newest if found is not None]


@dataclass
class Eve:
    """Somebody else: a browser, and what is theirs."""

    browser: Browser
    account_id: UUID | None = None
    companies: list[UUID] = field(default_factory=list)
    """… and Hortense's."""


def addresses(app: Flask, method: str, ids: list[UUID], companies: list[UUID]) -> Iterator[tuple[str, str]]:
    """Each rule of that method that names something by its id, for each of these ids, under each of these companies."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        named = sorted(name for name in rule.arguments if name.endswith("_id"))
        if method not in (rule.methods or ()) or not named or rule.endpoint in MACHINE | FOREIGN_POSTS:
            continue
        others = {name: "x" for name in rule.arguments if name not in named} | dict(rule.defaults or {})
        choices = [[*companies, *ids] if name == "organization_id" and len(named) == 1 else ids for name in named]
        if named[1:] and "organization_id" in named:
            choices[named.index("organization_id")] = companies
        for chosen in product(*choices):
            yield (
                rule.endpoint,
                adapter.build(rule.endpoint, others | dict(zip(named, chosen, strict=True)), method=method),
            )


@pytest.fixture
def hers(app: Flask, hortense: Member) -> list[UUID]:
    return some_of_hers(app)


@pytest.fixture(params=["a stranger", "with a company", "with a firm", "without a company"])
def eve(request: pytest.FixtureRequest, app: Flask, hortense: Member, hers: list[UUID]) -> Eve:
    house, companies = House(app), [hortense.organization_id]
    if request.param == "a stranger":
        return Eve(house.visitor(), companies=companies)
    with app.app_context():
        if request.param == "with a firm":
            house.lea = builders.a_member(builders.an_organization(kind="firm", name="Cabinet Autre"))
        elif request.param == "without a company":
            house.lea = builders.an_account()
    companies += [house.lea.organization_id] if house.lea.organization_id else []
    return Eve(house.visitor(signed_in=True), house.lea.id, companies)


@row("TRS-1", "SES-4")
def test_no_page_shows_anything_of_somebody_else(app: Flask, hers: list[UUID], eve: Eve):
    before = rows(app)
    for endpoint, url in addresses(app, "GET", hers, eve.companies):
        told = eve.browser.client.get(url, base_url=ISSUER)
        assert told.status_code < 500, url
        shown = [word for word in HERS if word in told.get_data(as_text=True)]
        assert not shown, (endpoint, url, shown)
    assert before - rows(app) == set()


@row("TRS-1", "SES-4")
def test_no_form_changes_anything_of_somebody_else(app: Flask, hers: list[UUID], eve: Eve):
    token = eve.browser.get("/lost-letters").fields()["csrf_token"]
    before, whose = rows(app), str(eve.account_id)
    for (endpoint, url), choice in product(addresses(app, "POST", hers, eve.companies), CHOICES):
        told = eve.browser.client.post(url, data={"csrf_token": token, "choice": choice}, base_url=ISSUER)
        assert told.status_code < 500, (endpoint, url, choice)
        assert not [word for word in HERS if word in told.get_data(as_text=True)], (endpoint, url)
    assert {changed for changed in before - rows(app) if whose not in changed[1]} == set()
