"""Letters that tell a company of a mandate: in the batch like the others, in a file of their own."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from idp import clock
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.registry.letters import batch, notices
from idp.registry.letters.models import CODE, MANDATE, WELCOME, Notice
from idp.registry.letters.returns import Counts
from idp.registry.models import EnrolmentCode, Fund, LetterBatch
from keys.cms import Recipient, fingerprint
from tests.builders import an_organization
from tests.idp.registry.letters.conftest import a_fund_with, asks, opens, read, read_all
from tests.idp.registry.letters.test_batch import made, member, wanted
from tests.idp.registry.letters.test_returns import kill
from tests.printers import a_printer
from tests.rows import row


@row("OPN-3")
def test_a_letter_about_a_mandate_shares_no_page_and_no_file_with_a_code_or_an_identifier(house: Flask, press):
    fund, folder = a_fund_with(4, notices=2), press().folder
    assert made(fund, press()).letters == 6
    codes, welcomes, told = (read_all(folder, kind) for kind in (CODE, WELCOME, MANDATE))
    assert [letter.reference.rpartition("/")[2] for letter in told] == ["5", "6"]
    assert all("Cabinet <Œuvre> & Fils" in letter.text and letter.pages == 1 for letter in told)
    assert not [letter for letter in told if letter.code or "N00" in letter.text]
    assert not [letter for letter in (*codes, *welcomes) if "Œuvre" in letter.text]
    assert len({letter.reference for letter in (*codes, *told)}) == 6
    assert all(opens(letter) for letter in codes)


@row("OPN-3")
def test_it_is_sealed_to_the_printer_like_the_others(house: Flask, press, tmp_path: Path):
    printer, folder = a_printer(tmp_path, clock.now()), press().folder
    made(a_fund_with(1, notices=1), press(recipient=Recipient.read(printer.certificate, clock.now())))
    assert not [path for path in folder.iterdir() if b"%PDF" in path.read_bytes()]
    (sealed,) = folder.glob("*_mandate-*.p7m")
    assert "12 RUE DES ÉRABLES" in read(printer.open(sealed.read_bytes()))[0].text


def test_its_manifest_counts_it_and_names_nobody(house: Flask, press):
    fund, folder = a_fund_with(4, notices=4), press().folder
    made(fund, press(), not_before=clock.now().date() + timedelta(days=9))
    text = (folder / f"{fund.code}_vague-1_mandate-manifest.json").read_text()
    told = json.loads(text)
    assert (told["kind"], told["letters"], told["not_before"]) == (MANDATE, 4, None)  # only codes leave later
    assert [(file["letters"], file["pages"]) for file in told["files"]] == [(3, 3), (1, 1)]
    assert all(fingerprint((folder / file["name"]).read_bytes()) == file["sha256"] for file in told["files"])
    assert "Œuvre" not in text


def test_without_a_mandate_there_is_no_such_file(house: Flask, press):
    made(a_fund_with(1), press())
    assert not list(press().folder.glob("*mandate*"))


def test_it_leaves_once_with_the_next_batch_of_its_fund(house: Flask, press, tmp_path: Path):
    fund, other = a_fund_with(2), a_fund_with(1)
    made(fund, press())
    made(other, press(folder=tmp_path / "other"))
    asks(member(fund, "N001"))
    assert wanted(other, "vague-2") is None
    assert made(fund, press(folder=tmp_path / "second"), name="vague-2").letters == 1
    assert [path.name for path in (tmp_path / "second").glob("*.pdf")] == [f"{fund.code}_vague-2_mandate-001.pdf"]
    assert LetterBatch.by_name(fund.id, "vague-2").made_at
    assert wanted(fund, "vague-3") is None


def test_two_batches_at_once_do_not_both_write_it(house: Flask, press):
    fund = a_fund_with(1, notices=1)
    with unit_of_work():
        batch.open_batch(Fund.by_id(fund.id), "vague-1", None)
    assert wanted(fund, "vague-2") is None


def test_who_has_an_account_is_written_to_and_who_has_closed_is_not(house: Flask, press, tmp_path: Path):
    fund = a_fund_with(2)
    made(fund, press())
    with unit_of_work():
        EnrolmentCode.consume(EnrolmentCode.of(member(fund, "N000").id)[0].id, clock.now())
        member(fund, "N001").closed_at = clock.now()
    for number in ("N000", "N001"):
        asks(member(fund, number))
    assert made(fund, press(folder=tmp_path / "second"), name="vague-2").letters == 1


def test_a_company_without_an_address_is_told_of_and_waits_for_one(house: Flask, press, tmp_path: Path):
    fund = a_fund_with(1)
    lost = an_organization(fund, number="LOST")
    asks(lost)
    assert made(fund, press()).without_address == ["LOST"]
    lost.address = ["1 RUE A", "00000 B"]
    db.session.commit()
    assert made(fund, press(folder=tmp_path / "second"), name="vague-2").letters == 2


def test_of_each_mandate_one_letter_leaves(house: Flask, press):
    fund = a_fund_with(1)
    about_id = asks(member(fund, "N000"))
    again = Notice(organization_id=member(fund, "N000").id, about_id=about_id, words={}, asked_at=clock.now())
    db.session.add(again)
    with pytest.raises(sa.exc.IntegrityError):
        db.session.flush()


@row("OPN-3")
def test_one_that_came_back_is_noted_and_kills_no_code(house: Flask, press):
    fund = a_fund_with(2, notices=1)
    made(fund, press())
    (told,) = read_all(press().folder, MANDATE)
    assert kill(told.reference) == Counts(0, 0, 1)
    assert kill(told.reference) == Counts(0, 1)
    assert all(opens(letter) for letter in read_all(press().folder, CODE))
    events = db.session.scalars(sa.select(AuditEvent.details).where(AuditEvent.event == Event.LETTER_RETURNED))
    notice = db.session.scalar(sa.select(Notice))
    assert [one["about"] for one in events] == [str(notice.about_id)]


def test_one_that_came_back_leaves_again_with_the_next_batch(house: Flask, press, tmp_path: Path):
    fund = a_fund_with(2, notices=2)
    made(fund, press())
    first, second = read_all(press().folder, MANDATE)
    with unit_of_work():
        assert notices.ask_again(member(fund, "N000")) == 0  # it did not come back
    kill(first.reference)
    with unit_of_work():
        assert notices.ask_again(member(fund, "N000")) == 1
    assert made(fund, press(folder=tmp_path / "second"), name="vague-2").letters == 1
    (again,) = read_all(tmp_path / "second", MANDATE)
    assert "Cabinet <Œuvre> & Fils" in again.text
    assert kill(second.reference, again.reference) == Counts(0, 0, 2)


def test_however_much_was_signed_the_foot_stays_on_the_page(house: Flask, press):
    fund = a_fund_with(1)
    lines = [f"Ligne {number} : " + "un droit qui se dit longuement, " * 4 for number in range(12)]
    asks(member(fund, "N000"), lines=lines)
    made(fund, press(), MANDATE)
    (letter,) = read_all(press().folder, MANDATE)
    assert letter.pages == 1
    assert "salutations distinguées" in letter.text
    assert "Ligne 11" in letter.text
