"""Who belongs to which organization."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from idp import clock
from idp.accounts import memberships, people
from idp.accounts.memberships import MembershipRefused
from idp.accounts.models import RIGHTS, Account, Membership
from idp.accounts.people import Person
from idp.db import db, unit_of_work
from idp.registry import directory, funds
from idp.registry.directory import Entry
from idp.registry.models import Fund, Organization
from tests import houses


@pytest.fixture(scope="module", params=houses.DATABASES)
def app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    app = houses.house(request, tmp_path_factory.mktemp("house"))
    with app.app_context(), unit_of_work():
        funds.apply(funds.read(Path(__file__).parents[3] / "examples" / "fund.yaml"))
    return app


@pytest.fixture(autouse=True)
def _house(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield
        db.session.rollback()


@pytest.fixture
def lea() -> Account:
    with unit_of_work():
        return people.create(Person("Léa", "Martin", f"{uuid4().hex}@example.org"), "Chantier-2026")


@pytest.fixture
def member() -> Organization:
    fund = Fund.by_code("val-exemple")
    return directory.register_organization(fund, Entry(uuid4().hex[:8], "999 000 011 00018", "Maçonnerie Martin"))


def test_a_holder_has_every_right(lea: Account, member: Organization):
    membership = memberships.link(lea, member, holder=True)
    assert (membership.holder, tuple(membership.rights)) == (True, RIGHTS)


def test_a_colleague_has_the_rights_given_and_no_other(lea: Account, member: Organization):
    membership = memberships.link(lea, member, rights=["documents:read", "absences:act"])
    assert (membership.holder, membership.rights) == (False, ["absences:act", "documents:read"])


def test_linked_again_a_person_stays_with_what_is_asked_now(lea: Account, member: Organization):
    first = memberships.link(lea, member, rights=["documents:read"])
    again = memberships.link(lea, member, rights=["documents:act"])
    assert (again.id, again.rights) == (first.id, ["documents:act"])
    assert [one.id for one in Membership.of(lea.id, clock.now())] == [first.id]


@pytest.mark.parametrize("rights", [[], ["documents:burn"], ["documents:read", "admin"]])
def test_a_colleague_has_some_rights_and_real_ones(lea: Account, member: Organization, rights: list[str]):
    with pytest.raises(MembershipRefused):
        memberships.link(lea, member, rights=rights)


def test_nobody_is_linked_to_what_is_closed(lea: Account, member: Organization):
    member.closed_at = clock.now()
    with pytest.raises(MembershipRefused, match="closed"):
        memberships.link(lea, member, holder=True)
