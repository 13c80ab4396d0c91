"""Funds as their files describe them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from idp import clock
from idp.db import db, unit_of_work
from idp.registry import funds
from idp.registry.funds import FileRefused
from idp.registry.models import Fund, FundText

Describe = Callable[..., dict[str, Any]]
Write = Callable[..., Path]

PNG = b"\x89PNG\r\n\x1a\n" + bytes(16)


def apply(path: Path) -> funds.Applied:
    with unit_of_work():
        return funds.apply(funds.read(path))[0]


def test_a_described_fund_has_its_face_and_its_words(house: Flask, a_fund: Describe, file: Write):
    applied = apply(file(a_fund()))
    fund = Fund.by_code(applied.code)
    assert applied.is_new
    assert fund is not None
    assert (fund.name, fund.website) == ("Caisse du Val d’Exemple", "https://caisse.example.org")
    assert (fund.contact_email, fund.contact_phone) == ("contact@caisse.example.org", "01 99 00 12 34")
    assert (fund.sender, fund.time_zone) == ("ne-pas-repondre@caisse.example.org", "Indian/Reunion")
    assert (fund.colours, fund.home_client_id) == ({"brand": "#1f5c4d"}, "portal")
    assert FundText.in_force(fund.id, "terms").markdown == "## Words of terms"


def test_applied_twice_a_file_changes_nothing_more(house: Flask, a_fund: Describe, file: Write):
    apply(file(a_fund()))
    again = apply(file(a_fund()))
    assert (again.is_new, again.changed) == (False, [])
    assert FundText.in_force(again.fund_id, "legal").version == 1


def test_only_what_changed_is_changed(house: Flask, a_fund: Describe, file: Write):
    first = apply(file(a_fund()))
    made_at = Fund.by_code(first.code).updated_at
    with clock.travel(clock.now().replace(year=clock.now().year + 1)):
        applied = apply(file(a_fund(name="Caisse du Val", website=None)))
    fund = Fund.by_code(first.code)
    assert sorted(applied.changed) == ["name", "website"]
    assert (fund.name, fund.website, fund.id) == ("Caisse du Val", None, first.fund_id)
    assert fund.updated_at > made_at


def test_a_text_gets_a_new_version_only_when_it_changed_and_the_former_stays(
    house: Flask, a_fund: Describe, file: Write
):
    described = a_fund()
    apply(file(described))
    described["texts"]["terms"]["markdown"] = "## Other words"
    applied = apply(file(described))
    assert applied.changed == ["texts.terms"]
    assert FundText.in_force(applied.fund_id, "terms").version == 2
    assert FundText.in_force(applied.fund_id, "legal").version == 1
    kept = sa.select(FundText.version).where(FundText.fund_id == applied.fund_id, FundText.kind == "terms")
    assert sorted(db.session.scalars(kept)) == [1, 2]


def test_a_fund_that_a_file_does_not_name_is_left_alone(house: Flask, a_fund: Describe, file: Write):
    first = apply(file(a_fund()))
    apply(file(a_fund(code=f"{first.code}-b", name="Another")))
    assert Fund.by_code(first.code).name == "Caisse du Val d’Exemple"


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"code": "Val d’Exemple"}, "code"),
        ({"name": " "}, "name"),
        ({"website": "http://caisse.example.org"}, "website"),
        ({"website": "javascript:alert(1)"}, "website"),
        ({"colours": {"brand": "#1f5c4"}}, "colours.brand"),
        ({"colours": {"brand": "#f0a818"}}, "too pale"),
        ({"colours": {"brand": "#1f5c4d", "text": "#000000"}}, "colours.text"),
        ({"contact": {"email": "contact"}}, "contact.email"),
        ({"contact": {"email": "c@example.org", "phone": "<b>"}}, "contact.phone"),
        ({"sender": "x@example.org\nBcc: y@example.org"}, "sender"),
        ({"time_zone": "Europe/Lutetia"}, "time_zone"),
        ({"time_zone": "../../etc/passwd"}, "time_zone"),
        ({"texts": {"legal": {"title": "t", "markdown": "m"}}}, "texts must be"),
        ({"colour": "#1f5c4d"}, "colour"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_its_place(
    a_fund: Describe, file: Write, changed: dict[str, Any], named: str
):
    with pytest.raises(FileRefused, match=named):
        funds.read(file(a_fund(**changed)))


def test_every_fault_is_told_at_once(a_fund: Describe, file: Write):
    with pytest.raises(FileRefused) as refused:
        funds.read(file(a_fund(code="A"), a_fund(time_zone="x", sender="y")))
    assert {line.partition(":")[0] for line in str(refused.value).splitlines()} == {
        "funds.0.code",
        "funds.1.time_zone",
        "funds.1.sender",
    }


@pytest.mark.parametrize("text", ["funds: [", "funds: []", "- 1", "", "!!python/object:os.system {}"])
def test_what_is_no_file_of_funds_is_refused(tmp_path: Path, text: str):
    path = tmp_path / "funds.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FileRefused):
        funds.read(path)


def test_a_fund_is_described_once(a_fund: Describe, file: Write):
    with pytest.raises(FileRefused, match="twice"):
        funds.read(file(a_fund(), a_fund(name="Again")))


def test_a_logo_is_kept_with_its_fund(house: Flask, a_fund: Describe, file: Write, tmp_path: Path):
    (tmp_path / "logo.png").write_bytes(PNG)
    applied = apply(file(a_fund(logo="logo.png")))
    assert funds.logo(Fund.by_code(applied.code)) == ("image/png", PNG)


@pytest.mark.parametrize(
    ("name", "content"),
    [("logo.png", b"<svg/>"), ("logo.svg", b"<html><svg/></html>"), ("logo.gif", b"GIF89a"), ("logo.png", PNG * 9000)],
)
def test_a_logo_is_a_small_png_or_svg(a_fund: Describe, file: Write, tmp_path: Path, name: str, content: bytes):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(FileRefused, match="logo"):
        funds.read(file(a_fund(logo=name)))


def test_the_fund_of_the_examples_can_be_read():
    assert funds.read(Path(__file__).parents[3] / "examples" / "fund.yaml")
