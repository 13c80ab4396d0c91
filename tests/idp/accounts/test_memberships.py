"""Who belongs to which organization."""

from collections.abc import Iterator

import pytest
from flask import Flask

from idp import clock
from idp.accounts import memberships, people
from idp.accounts.memberships import MembershipRefused
from idp.accounts.models import RIGHTS, Account, Membership
from idp.accounts.people import Person
from idp.db import db, unit_of_work
from idp.registry.models import Organization
from tests import builders


@pytest.fixture(autouse=True)
def _house(any_app: Flask) -> Iterator[None]:
    with any_app.app_context():
        yield
        db.session.rollback()


@pytest.fixture
def lea() -> Account:
    with unit_of_work():
        return people.create(Person("Léa", "Martin", "lea@example.org"), "Chantier-2026")


@pytest.fixture
def member() -> Organization:
    return builders.an_organization()


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
