"""A whole fund's register: first, again, with everybody's account, and a year later."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from idp import clock
from idp.accounts.models import RIGHTS, Account, Membership
from idp.db import db, new_id
from idp.registry.models import Fund, Organization
from tests import builders
from tests.registers import SITES_IN_TEN, a_whole_fund
from tests.scale.measuring import cost

PEAK = 300
"""MiB that an import may hold, at any size."""


def write(path: Path, size: int, year: int = 0) -> None:
    """The register of a year: in the next, one in ten has another address and one in a thousand is missing."""
    with path.open("w", encoding="utf-8") as file:
        for place, line in enumerate(a_whole_fund(size)):
            if not (year and place % 1000 == 999):
                file.write((line.replace("LILAS", "ROSES") if year and place % 10 == 3 else line) + "\n")


def bring(app: Flask, path: Path, *options: str) -> dict[str, int]:
    spent = cost(app, "members", "import", str(path), "--json", *options)
    told = {name: count for name, count in json.loads(spent.output).items() if count}
    print(f"\n{app.extensions['settings'].database_url.split(':')[0]}: {spent}: {told}")
    assert spent.peak < PEAK
    return told


def everybody_opens_an_account() -> None:
    """One holder a member, whose names the fund set."""
    fund, now = Fund.by_code("nord"), clock.now()
    assert fund
    common = {"fund_id": fund.id, "civility": "Mme", "family_name": "Martin", "created_at": now, "updated_at": now}
    members = list(db.session.scalars(sa.select(Organization.id).where(Organization.kind == "member")))
    people = [(new_id(), member) for member in members]
    accounts = [{"id": person, "given_names": "Léa", "activated_at": now, **common} for person, _ in people]
    links = [
        {"account_id": person, "organization_id": member, "holder": True, "rights": list(RIGHTS), "started_at": now}
        for person, member in people
    ]
    db.session.execute(sa.insert(Account), accounts)
    db.session.execute(sa.insert(Membership), links)
    db.session.commit()


@pytest.mark.timeout(1800)
def test_a_whole_fund_is_imported(any_app: Flask, size: int, tmp_path: Path):
    now, later = tmp_path / "now.csv", tmp_path / "later.csv"
    write(now, size)
    write(later, size, year=1)
    with any_app.app_context():
        builders.a_fund(code="nord")
    assert bring(any_app, now) == {"lines": size, "added": size}
    assert bring(any_app, now) == {"lines": size, "unchanged": size}
    with any_app.app_context():
        everybody_opens_an_account()
    sites = size * SITES_IN_TEN // 10
    assert bring(any_app, now) == {"lines": size, "unchanged": size, "holders_linked": sites}
    missing, changed = size // 1000, size // 10
    told = bring(any_app, later, "--complete")
    assert told["missing_ended"] == missing
    assert told["changed"] + told["unchanged"] == told["lines"] == size - missing
    assert told["changed"] == changed
    assert bring(any_app, later, "--complete") == {"lines": size - missing, "unchanged": size - missing}
