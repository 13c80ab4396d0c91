"""What an import of the register changes for people: their links and their names."""

import io
from collections.abc import Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from idp import clock
from idp.accounts.models import RIGHTS, Account, Membership
from idp.audit.models import AuditEvent
from idp.db import db, new_id, unit_of_work
from idp.oidc.models.grant import Grant
from idp.registry import feed, sync
from idp.registry.models import Fund, Organization
from idp.registry.sync import Allowed, Report
from tests import builders
from tests.builders import Member
from tests.registers import a_file, a_line, a_siret
from tests.rows import row

MEMBER, SITE = a_line("M1"), a_line("S1", parent="M1")


@pytest.fixture(autouse=True)
def _house(any_app: Flask) -> Iterator[None]:
    with any_app.app_context():
        builders.a_fund(code="nord")
        yield
        db.session.rollback()


def bring(*lines: str, **allowed: object) -> Report:
    with unit_of_work():
        return sync.run(feed.read(io.BytesIO(a_file(*lines))), Allowed(**allowed))  # type: ignore[arg-type]


def organization(number: str) -> Organization:
    return db.session.scalars(sa.select(Organization).where(Organization.number == number)).one()


def a_holder(number: str, **changes: object) -> Member:
    """Someone who opened an account with that organization's letters: the fund's register gave the names."""
    fund = Fund.by_code("nord")
    return builders.a_member(organization(number), **({"fund_id": fund and fund.id} | changes))


def held_by(account_id: UUID) -> list[str]:
    db.session.rollback()
    live = Membership.of(account_id, clock.now())
    return sorted(found.number for link in live if (found := Organization.by_id(link.organization_id)))


def name_of(account_id: UUID) -> str:
    db.session.rollback()
    found = db.session.get(Account, account_id)
    assert found
    return f"{found.civility or ''} {found.name}".strip()


def a_grant(person: Member, number: str) -> UUID:
    client, link = builders.a_client(), Membership.of(person.id, clock.now())[0]
    values = {"account_id": person.id, "client_id": client.id, "organization_id": organization(number).id}
    grant = Grant(**values, membership_id=link.id, scopes=[], auth_time=clock.now(), acr="1", amr=[], sid=str(new_id()))
    grant.created_at = clock.now()
    db.session.add(grant)
    db.session.commit()
    return grant.id


def events(event: str) -> list[AuditEvent]:
    return list(db.session.scalars(sa.select(AuditEvent).where(AuditEvent.event == event)))


def test_a_holder_is_linked_to_each_site_of_the_member():
    bring(MEMBER, a_line("M2"), SITE)
    lea = a_holder("M1")
    report = bring(SITE, a_line("S2", parent="M1"), a_line("S3", parent="M2"))
    assert report.followed == {"holders_linked": 2, "holders_unlinked": 0, "names_corrected": 0, "firms_followed": 0}
    assert held_by(lea.id) == ["M1", "S1", "S2"]
    link = db.session.scalars(sa.select(Membership).where(Membership.organization_id == organization("S1").id)).one()
    assert (link.holder, link.rights) == (True, list(RIGHTS))
    assert len(events("accounts:membership:started")) == 2
    assert bring(SITE).followed["holders_linked"] == 0


def test_a_holder_is_linked_to_no_site_that_has_ended():
    bring(MEMBER)
    lea = a_holder("M1")
    assert bring(MEMBER, a_line("S1", parent="M1", closed_on="2020-01-01")).followed["holders_linked"] == 0
    assert held_by(lea.id) == ["M1"]


def test_a_colleague_is_linked_to_no_site():
    bring(MEMBER)
    chloe = builders.a_member(organization("M1"), holder=False)
    bring(MEMBER, SITE)
    assert held_by(chloe.id) == ["M1"]


@row("ADM-1")
def test_a_link_that_was_removed_is_not_written_again():
    bring(MEMBER, SITE)
    lea = a_holder("M1")
    link = builders.membership(lea.id, organization("S1").id)
    link.ended_at = clock.now()
    db.session.commit()
    assert bring(MEMBER, SITE).followed["holders_linked"] == 0
    assert held_by(lea.id) == ["M1"]


def test_a_site_that_goes_to_another_member_leaves_its_former_holders():
    bring(MEMBER, a_line("M2"), SITE)
    lea, karim = a_holder("M1"), a_holder("M2")
    bring(SITE)
    grant = a_grant(lea, "S1")
    former = db.session.scalars(sa.select(Membership).where(Membership.organization_id == organization("S1").id)).one()
    db.session.execute(sa.update(Grant).where(Grant.id == grant).values(membership_id=former.id))
    db.session.commit()
    report = bring(a_line("S1", parent="M2"))
    assert report.followed == {"holders_linked": 1, "holders_unlinked": 1, "names_corrected": 0, "firms_followed": 0}
    assert (held_by(lea.id), held_by(karim.id)) == (["M1"], ["M2", "S1"])
    assert db.session.get(Grant, grant).ended_at is not None
    (event,) = events("accounts:membership:ended")
    assert (event.subject_id, event.organization_id) == (lea.id, organization("S1").id)


def test_a_holder_of_both_members_keeps_the_site():
    bring(MEMBER, a_line("M2"), SITE)
    karim = a_holder("M1")
    builders.membership(karim.id, organization("M2").id)
    bring(SITE)
    assert bring(a_line("S1", parent="M2")).followed["holders_unlinked"] == 0
    assert held_by(karim.id) == ["M1", "M2", "S1"]


def test_what_ends_takes_its_links_and_grants_along():
    bring(MEMBER, a_line("M2"))
    lea, karim = a_holder("M1"), a_holder("M2")
    grant, other = a_grant(lea, "M1"), a_grant(karim, "M2")
    bring(a_line("M1", closed_on="2020-01-01"))
    assert (held_by(lea.id), held_by(karim.id)) == ([], ["M2"])
    assert db.session.get(Grant, grant).ended_at is not None
    assert db.session.get(Grant, other).ended_at is None
    (event,) = events("accounts:membership:ended")
    assert event.subject_id == lea.id


@row("ADM-1")
def test_what_comes_back_comes_back_without_the_people_it_had():
    bring(MEMBER, SITE)
    lea = a_holder("M1")
    bring(MEMBER, SITE)
    bring(a_line("M1", closed_on="2020-01-01"), a_line("S1", parent="M1", closed_on="2020-01-01"))
    back = frozenset({("nord", "M1"), ("nord", "S1")})
    report = bring(a_line("M1", siret=a_siret(2)), SITE, restored=back, siren_changes=1)
    assert (report.restored, report.followed["holders_linked"]) == (2, 0)
    assert held_by(lea.id) == []


@pytest.mark.parametrize(
    ("says", "name"),
    [
        ({"given_names": "Léa Marie", "family_name": "MARTIN"}, "Mme Léa Marie MARTIN"),
        ({"civility": "", "family_name": "Martins"}, "Léa Martins"),
        ({"given_names": "Karim", "family_name": "Benali"}, "Léa Martin"),
        ({"given_names": "Luc"}, "Léa Martin"),
        ({"given_names": "", "family_name": "", "closed_on": "2020-01-01"}, "Léa Martin"),
    ],
)
def test_a_name_is_corrected_and_never_becomes_another_persons(says: dict[str, str], name: str):
    bring(MEMBER)
    lea = a_holder("M1")
    report = bring(a_line("M1", **says))
    assert name_of(lea.id) == name
    assert report.followed["names_corrected"] == len(events("accounts:names:corrected")) == (name != "Léa Martin")
    assert bring(a_line("M1", **says)).followed["names_corrected"] == 0


def test_a_name_that_another_fund_set_stays():
    bring(MEMBER)
    lea = a_holder("M1", fund_id=builders.a_fund().id)
    bring(a_line("M1", given_names="LEA"))
    assert name_of(lea.id) == "Léa Martin"


def test_the_name_comes_from_the_organization_held_longest():
    bring(a_line("M2", given_names="Léa Anne"), MEMBER)
    lea = a_holder("M1", civility="Mme")
    builders.membership(lea.id, organization("M2").id)
    assert bring(MEMBER, a_line("M2", given_names="Léa Anne")).followed["names_corrected"] == 0
    assert name_of(lea.id) == "Mme Léa Martin"


def test_a_colleagues_name_is_nobodys_to_correct():
    bring(MEMBER)
    fund = Fund.by_code("nord")
    chloe = builders.a_member(organization("M1"), holder=False, fund_id=fund and fund.id)
    bring(a_line("M1", given_names="LEA"))
    assert name_of(chloe.id) == "Léa Martin"


@row("TRS-5")
def test_a_site_that_moves_gets_a_holder_even_one_who_lost_it_before():
    bring(MEMBER, a_line("M2"), SITE)
    lea, paul = a_holder("M1"), a_holder("M2")
    bring(SITE)
    former = builders.membership(paul.id, organization("S1").id)
    former.ended_at = clock.now()
    db.session.commit()
    report = bring(a_line("S1", parent="M2"))
    assert (report.followed["holders_linked"], report.followed["holders_unlinked"]) == (1, 1)
    assert held_by(paul.id) == ["M2", "S1"]
    assert held_by(lea.id) == ["M1"]
