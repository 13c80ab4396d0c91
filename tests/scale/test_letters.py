"""A whole fund's letters, with the hashes of production."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from idp import clock
from idp.db import db, new_id
from idp.registry.models import EnrolmentCode, LetterBatch, Organization
from tests import builders, worlds
from tests.scale.measuring import cost

PEAK = 450
"""MiB that a batch may hold, at any size."""


@pytest.fixture
def register(postgres_template: worlds.PostgresTemplate, size: int, tmp_path: Path):
    """A fund's members, each with an address."""
    app = postgres_template.copy(tmp_path)
    with app.app_context():
        fund, now = builders.a_fund(code="nord"), clock.now()
        common = {"fund_id": fund.id, "kind": "member", "siret": "99900001100018", "created_at": now, "updated_at": now}
        common |= {
            "address": ["BATIMENT C", "12 RUE DES ERABLES", "00000 EXEMPLE"],
            "name": "Maçonnerie Martin et Fils",
        }
        common |= {"holder_civility": "Mme", "holder_given_names": "Léa", "holder_family_name": "Martin"}
        rows = [{"id": new_id(), "number": f"N{number:06}", "overseas": False, **common} for number in range(size)]
        db.session.execute(sa.insert(Organization), rows)
        db.session.commit()
    yield app
    worlds.close(app)


@pytest.mark.timeout(3600)
def test_a_whole_fund_is_written_to(register: Flask, size: int, tmp_path: Path):
    spent = cost(register, "members", "letters", "--batch", "all", "--out", str(tmp_path / "letters"), "--json")
    (told,) = json.loads(spent.output)
    weight = sum(path.stat().st_size for path in (tmp_path / "letters").iterdir()) // 2**20
    print(f"\n{size} members, two letters each: {spent}, {weight} MiB of files")
    assert {kind: sum(file["letters"] for file in files) for kind, files in told["files"].items()} == {
        "welcome": size,
        "code": size,
    }
    with register.app_context():
        live = sa.select(sa.func.count()).select_from(EnrolmentCode).where(EnrolmentCode.code_hash.is_not(None))
        assert db.session.scalar(live) == size
        assert db.session.scalar(sa.select(LetterBatch.made_at))
    assert spent.peak < PEAK
