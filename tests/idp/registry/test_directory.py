"""The register of organizations."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from idp import clock
from idp.db import unit_of_work
from idp.registry import directory, funds
from idp.registry.directory import Entry, EntryRefused, Holder
from idp.registry.models import Fund

MEMBER = Entry("1001", "999 000 011 00018", "Maçonnerie Martin", holder=Holder("Léa", "Martin", "Mme"))
SITE = Entry("1001-01", "999 000 011 00026", "Dépôt", kind="site", parent="1001")


@pytest.fixture
def fund(house: Flask, a_fund: Callable[..., dict[str, Any]], file: Callable[..., Path]) -> Fund:
    with unit_of_work():
        code = funds.apply(funds.read(file(a_fund())))[0].code
    return Fund.by_code(code)


def test_a_registered_member_is_found_by_its_number(fund: Fund):
    with unit_of_work():
        directory.register_organization(fund, MEMBER)
    found = directory.find(fund.code, "1001")
    assert found is not None
    assert (found.kind, found.siret, found.siren) == ("member", "99900001100018", "999000011")
    assert (found.holder_given_names, found.holder_family_name) == ("Léa", "Martin")


def test_registered_again_an_organization_is_brought_up_to_date(fund: Fund):
    first = directory.register_organization(fund, MEMBER)
    moved = directory.register_organization(fund, replace(MEMBER, siret="99900001100034"))
    assert (moved.id, moved.siret) == (first.id, "99900001100034")


def test_registered_again_as_it_was_an_organization_is_not_touched(fund: Fund):
    at = directory.register_organization(fund, MEMBER).updated_at
    with clock.travel(timedelta(days=1)):
        assert directory.register_organization(fund, MEMBER).updated_at == at


def test_a_site_belongs_to_a_member_of_its_fund(fund: Fund):
    member = directory.register_organization(fund, MEMBER)
    assert directory.register_organization(fund, SITE).parent_id == member.id


@pytest.mark.parametrize(
    "entry",
    [
        SITE,
        replace(SITE, parent=None),
        replace(MEMBER, number="1002", parent="1001"),
        replace(MEMBER, siret="123"),
        replace(MEMBER, kind="x"),
    ],
)
def test_what_cannot_be_is_refused(fund: Fund, entry: Entry):
    with pytest.raises(EntryRefused):
        directory.register_organization(fund, entry)


def test_a_number_is_of_its_fund_only(fund: Fund):
    directory.register_organization(fund, MEMBER)
    assert directory.find("another", "1001") is None
    assert directory.find(fund.code, "9999") is None
