"""A feed into the register: all of it, or nothing."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from idp import clock
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.extensions import House
from idp.registry import directory, feed, sync
from idp.registry.directory import Entry, Holder
from idp.registry.models import Fund, Organization
from idp.registry.staging.models import StagedEntry
from idp.registry.sync import Allowed, ImportRefused, Report
from tests import builders
from tests.registers import a_file, a_line, a_siret
from tests.rows import row

UNNAMED = {"given_names": "", "family_name": ""}


@pytest.fixture(autouse=True)
def _funds(house: Flask) -> None:
    for code in ("nord", "sud"):
        builders.a_fund(code=code)


def bring(*lines: str, **allowed: object) -> Report:
    with unit_of_work():
        return sync.run(feed.read(io.BytesIO(a_file(*lines))), Allowed(**allowed))  # type: ignore[arg-type]


def refused(*lines: str, **allowed: object) -> list[str]:
    before = register()
    with pytest.raises(ImportRefused) as caught:
        bring(*lines, **allowed)
    assert register() == before
    assert caught.value.count >= len(caught.value.faults) - 1
    return [f"{fault.line}: {fault.reason}" for fault in caught.value.faults]


def counts(report: Report) -> dict[str, int]:
    return {name: count for name, count in report.counts().items() if count}


def register() -> list[tuple[object, ...]]:
    db.session.rollback()
    assert db.session.scalar(sa.select(sa.func.count()).select_from(StagedEntry)) == 0
    columns = [column for column in Organization.__table__.columns if column.name != "address"]
    return [tuple(found) for found in db.session.execute(sa.select(*columns).order_by(Organization.number))]


def organization(number: str, fund: str = "nord") -> Organization:
    owner = sa.text("fund_id = (select id from fund where code = :code)").bindparams(code=fund)
    return db.session.scalars(sa.select(Organization).where(Organization.number == number, owner)).one()


def events(event: str) -> list[AuditEvent]:
    return list(db.session.scalars(sa.select(AuditEvent).where(AuditEvent.event == event)))


def test_what_a_file_names_is_added_with_all_it_says():
    line = a_line("M1", overseas="oui", civility="M.", given_names="Jean", family_name="Petit")
    assert counts(bring(line, a_line("S1", parent="M1"))) == {"lines": 2, "added": 2}
    member, site = organization("M1"), organization("S1")
    assert (member.kind, member.siret, member.overseas, member.closed_at) == ("member", a_siret(), True, None)
    assert (member.holder_civility, member.holder_given_names, member.holder_family_name) == ("M.", "Jean", "Petit")
    assert member.address == ["MACONNERIE MARTIN", "12 RUE DES LILAS", "59000 EXEMPLE"]
    assert (site.kind, site.parent_id) == ("site", member.id)
    assert member.id.version == 7
    assert member.id != site.id


@row("ADM-1")
def test_the_same_file_again_changes_nothing():
    lines = [a_line("M1", overseas="1"), a_line("S1", parent="M1"), a_line("F1", kind="firm", **UNNAMED)]
    bring(*lines, a_line("M2", closed_on="2020-01-01"))
    before = register()
    assert counts(bring(*lines, a_line("M2", closed_on="2020-01-01"))) == {"lines": 4, "unchanged": 4}
    assert register() == before


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Maçonnerie Martin"},
        {"civility": ""},
        {"given_names": "Lea"},
        {"address_2": "BAT A"},
        {"overseas": "1"},
    ],
)
def test_what_a_file_says_otherwise_is_changed(change: dict[str, str]):
    bring(a_line("M1"), a_line("M2"))
    kept = organization("M1").id
    assert counts(bring(a_line("M1", **change), a_line("M2"))) == {"lines": 2, "changed": 1, "unchanged": 1}
    assert organization("M1").id == kept
    assert organization("M1").updated_at > organization("M2").updated_at
    assert counts(bring(a_line("M1", **change))) == {"lines": 1, "unchanged": 1, "left_alone": 1}


def test_what_was_registered_by_hand_is_known_to_an_import():
    entry = Entry("M1", a_siret(), "Maçonnerie", holder=Holder("Léa", "Martin", "Mme"), address=("12 RUE DES É",))
    with unit_of_work():
        directory.register_organization(Fund.by_code("nord"), entry)
    line = a_line("M1", address_1="12 RUE DES É", address_4="", address_6="")
    assert counts(bring(line)) == {"lines": 1, "unchanged": 1}


def test_a_site_goes_to_another_member():
    bring(a_line("M1"), a_line("M2"), a_line("S1", parent="M1"))
    assert counts(bring(a_line("S1", parent="M3"), a_line("M3"))) == {
        "lines": 2,
        "added": 1,
        "changed": 1,
        "left_alone": 2,
    }
    assert organization("S1").parent_id == organization("M3").id


@row("ADM-1")
def test_what_a_file_does_not_name_is_left_alone():
    bring(a_line("M1"), a_line("M2"))
    assert counts(bring(a_line("M1"))) == {"lines": 1, "unchanged": 1, "left_alone": 1}
    assert organization("M2").closed_at is None


@row("ADM-1")
def test_a_complete_file_ends_what_it_does_not_name_up_to_one_in_a_hundred():
    whole = [a_line(f"M{place}") for place in range(200)]
    bring(*whole)
    assert counts(bring(*whole[2:], complete=True)) == {"lines": 198, "unchanged": 198, "missing_ended": 2}
    assert organization("M0").closed_at is not None
    (reason,) = refused(*whole[4:], complete=True)
    assert "2 organizations are missing, more than 1 %" in reason


@row("ADM-1")
def test_a_truncated_file_ends_nobody_without_the_operators_word():
    whole = [a_line(f"M{place}") for place in range(9)]
    bring(*whole)
    assert "--allow-ending 4" in refused(*whole[:5], complete=True)[0]
    assert "--allow-ending 4" in refused(*whole[:5], complete=True, ending=3)[0]
    assert counts(bring(*whole[:5], complete=True, ending=4)) == {"lines": 5, "unchanged": 5, "missing_ended": 4}


def test_a_small_fund_is_not_ended_in_the_shadow_of_a_large_one():
    large = [a_line(f"M{place}") for place in range(500)]
    bring(*large, a_line("M1", fund="sud"), a_line("M2", fund="sud"))
    assert "1 organizations are missing" in refused(*large, a_line("M1", fund="sud"), complete=True)[0]


def test_a_complete_file_ends_nothing_of_a_fund_it_does_not_name():
    bring(a_line("M1"), a_line("M1", fund="sud"))
    assert counts(bring(a_line("M1"), complete=True)) == {"lines": 1, "unchanged": 1}
    assert organization("M1", "sud").closed_at is None


def test_an_organization_ends_on_its_day_and_everyone_is_told(house: Flask):
    told: list[tuple[str, object]] = []
    house.extensions["idp_house"] = House(endings=(lambda kind, ended_id: told.append((kind, ended_id)),))
    bring(a_line("M1"), a_line("M2"))
    ended = a_line("M1", closed_on=f"{clock.now():%Y-%m-%d}", name="Liquidée")
    assert counts(bring(ended, a_line("M2"))) == {"lines": 2, "ended": 1, "unchanged": 1}
    assert (organization("M1").closed_at is not None, organization("M1").name) == (True, "Liquidée")
    assert told == [("organization", organization("M1").id)]
    assert [event.organization_id for event in events("registry:organization:ended")] == [organization("M1").id]
    assert counts(bring(ended)) == {"lines": 1, "unchanged": 1, "left_alone": 1}
    assert len(told) == 1


def test_an_organization_goes_on_until_its_day_comes():
    later = a_line("M1", closed_on=f"{clock.now() + timedelta(days=9):%Y-%m-%d}")
    assert counts(bring(later)) == {"lines": 1, "added": 1}
    assert organization("M1").closed_at is None
    with clock.travel(timedelta(days=9)):
        assert counts(bring(later)) == {"lines": 1, "ended": 1}


def test_a_day_comes_when_it_comes_to_the_fund():
    builders.a_fund(code="loin", time_zone="Pacific/Kiritimati")  # fourteen hours ahead of UTC
    builders.a_fund(code="tard", time_zone="Pacific/Pago_Pago")  # eleven behind
    noon = clock.now().replace(hour=12, minute=0)
    with clock.travel(noon):
        tomorrow = f"{noon + timedelta(days=1):%Y-%m-%d}"
        bring(a_line("M1", fund="loin", closed_on=tomorrow), a_line("M1", fund="tard", closed_on=f"{noon:%Y-%m-%d}"))
    assert organization("M1", "loin").closed_at is not None
    assert organization("M1", "tard").closed_at is not None


def test_a_siret_that_changes_keeps_the_organization():
    bring(a_line("M1"))
    kept = organization("M1").id
    assert counts(bring(a_line("M1", siret=a_siret(place=2)))) == {"lines": 1, "changed": 1}
    assert (organization("M1").id, organization("M1").siret) == (kept, a_siret(place=2))
    (event,) = events("registry:organization:siret_changed")
    assert (event.organization_id, event.details) == (kept, {"from": a_siret(), "to": a_siret(place=2)})


def test_a_number_goes_to_another_company_only_with_the_operators_word():
    bring(a_line("M1"), a_line("M2"))
    other = a_line("M1", siret=a_siret(2))
    hint, reason = refused(other, a_line("M2"))
    assert "--allow-siren-changes 1" in hint
    assert reason.startswith(f"2: siret: the number was of the company {a_siret()[:9]}")
    assert counts(bring(other, siren_changes=1)) == {"lines": 1, "changed": 1, "left_alone": 1}


def test_a_number_that_comes_back_after_its_end_is_left_as_it_is():
    bring(a_line("M1"), a_line("M2"))
    bring(a_line("M1", closed_on="2020-01-01"))
    ended = organization("M1").closed_at
    report = bring(a_line("M1", siret=a_siret(2), name="Another company"), a_line("M2"))
    assert (counts(report), report.left_closed) == ({"lines": 2, "left_closed": 1, "unchanged": 1}, ["nord:M1"])
    assert (organization("M1").closed_at, organization("M1").name) == (ended, "Maçonnerie")


def test_what_had_ended_comes_back_when_the_operator_names_it():
    bring(a_line("M1"))
    bring(a_line("M1", closed_on="2020-01-01"))
    back = frozenset({("nord", "M1")})
    assert counts(bring(a_line("M1", name="Back"), restored=back)) == {"lines": 1, "restored": 1}
    assert (organization("M1").closed_at, organization("M1").name) == (None, "Back")
    assert len(events("registry:organization:restored")) == 1
    assert "not every number to restore" in refused(a_line("M1"), restored=back)[0]
    assert "'est' is no fund" in refused(a_line("M1"), restored=frozenset({("est", "M1")}))[0]


def test_what_had_ended_comes_back_as_another_company_with_both_words_only():
    bring(a_line("M1"))
    bring(a_line("M1", closed_on="2020-01-01"))
    back = {"restored": frozenset({("nord", "M1")})}
    assert "--allow-siren-changes 1" in refused(a_line("M1", siret=a_siret(2)), **back)[0]
    assert bring(a_line("M1", siret=a_siret(2)), siren_changes=1, **back).restored == 1


def test_one_number_in_two_funds_is_two_organizations():
    bring(a_line("M1"), a_line("M1", fund="sud", name="Elsewhere"))
    assert (organization("M1").name, organization("M1", "sud").name) == ("Maçonnerie", "Elsewhere")


@row("ADM-1")
def test_one_bad_line_and_nothing_is_changed():
    bring(a_line("M1"))
    found = refused(a_line("M1", name="New"), a_line("M2", siret="7,32E+13"), a_line("M3", fund="est"), a_line("M4"))
    assert [reason.split(":")[:2] for reason in found] == [["3", " siret"], ["4", " fund"]]


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([a_line("M1"), a_line("M2"), a_line("M1")], "4: number: line 2 has it already"),
        ([a_line("M1"), a_line("S1", parent="M9")], "3: parent: no member has the number M9"),
        ([a_line("M1", fund="sud"), a_line("S1", parent="M1")], "3: parent: no member has the number M1"),
        ([a_line("F1", kind="firm"), a_line("S1", parent="F1")], "3: parent: no member has the number F1"),
        ([], "0: the file names no organization"),
    ],
)
def test_lines_that_cannot_stand_together_are_refused(lines: list[str], reason: str):
    assert refused(*lines) == [reason]


def test_an_organization_keeps_its_kind():
    bring(a_line("M1"))
    assert refused(a_line("M1", kind="firm"))[0].startswith("2: kind: the number is a member's")


def test_a_site_finds_its_member_in_the_register_too():
    bring(a_line("M1"))
    bring(a_line("S1", parent="M1"))
    assert organization("S1").parent_id == organization("M1").id


def test_all_bad_lines_are_counted_and_the_first_are_told():
    with pytest.raises(ImportRefused) as caught:
        bring(*[a_line(siret="1")] * (sync.MOST_REASONS + 7))
    assert (len(caught.value.faults), caught.value.count) == (sync.MOST_REASONS, sync.MOST_REASONS + 7)


def test_the_audit_says_what_an_import_did():
    bring(a_line("M1"), a_line("M1", fund="sud"))
    (event,) = events("registry:members:imported")
    assert event.details["funds"] == ["nord", "sud"]
    assert (event.details["lines"], event.details["added"], event.details["changed"]) == (2, 2, 0)
