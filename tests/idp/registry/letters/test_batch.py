"""Batches of letters: who is written to, and what a second run finds."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from idp import clock
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.registry import enrolment
from idp.registry.letters import batch
from idp.registry.letters.batch import BatchRefused, Press
from idp.registry.letters.files import FilesRefused
from idp.registry.letters.models import CODE, KINDS, WELCOME, LetterFile
from idp.registry.models import EnrolmentCode, Fund, LetterBatch, Organization
from keys.cms import Recipient, fingerprint
from tests.builders import a_fund, an_organization
from tests.idp.registry.letters.conftest import ADDRESS, a_fund_with, opens, read, read_all
from tests.printers import a_printer
from tests.rows import row


def made(fund: Fund, press: Press, *kinds: str, name: str = "vague-1", not_before: date | None = None) -> batch.Opened:
    """The batch, once all of it is made."""
    with unit_of_work():
        opened = batch.open_batch(db.session.merge(fund), name, not_before)
        assert opened
    batch.make(opened.id, kinds or KINDS, press)
    return opened


def wanted(fund: Fund, name: str) -> batch.Opened | None:
    with unit_of_work():
        return batch.open_batch(db.session.merge(fund), name, None)


def member(fund: Fund, number: str) -> Organization:
    found = Organization.by_number(fund.id, number)
    assert found
    return found


@row("OPN-3")
def test_each_member_gets_one_code_in_one_letter_and_one_identifier_in_another(house: Flask, press):
    fund, folder = a_fund_with(7), press().folder
    assert made(fund, press()).letters == 7
    codes, welcomes = read_all(folder, CODE), read_all(folder, WELCOME)
    numbers = [f"N{number:03}" for number in range(7)]
    assert [organization.number for organization in map(opens, codes) if organization] == numbers
    assert [number for letter, number in zip(welcomes, numbers, strict=True) if number in letter.text] == numbers
    assert not any(number in letter.text for letter in codes for number in numbers)
    assert not any(letter.code for letter in welcomes)
    assert [letter.reference for letter in codes] == [letter.reference for letter in welcomes]
    names = sorted(path.name for path in folder.glob("*.pdf"))
    assert names == [f"{fund.code}_vague-1_{kind}-{part:03}.pdf" for kind in (CODE, WELCOME) for part in (1, 2, 3)]


@row("OPN-3")
def test_a_code_stands_in_its_letter_and_nowhere_else(house: Flask, press):
    fund = a_fund_with(3)
    made(fund, press())
    codes = [letter.code for letter in read_all(press().folder, CODE)]
    rows = [str(list(line)) for kind in db.Model.metadata.sorted_tables for line in db.session.execute(sa.select(kind))]
    told = "\n".join([*rows, *(path.read_text() for path in press().folder.glob("*.json"))]).upper()
    assert len(codes) == 3
    assert not [code for code in codes if code in told or f"{code[:4]} {code[4:]}" in told]


@row("OPN-3")
def test_what_the_printer_alone_may_read_never_touches_the_disk_in_clear(house: Flask, press, tmp_path: Path):
    printer, folder = a_printer(tmp_path, clock.now()), press().folder
    made(a_fund_with(2), press(recipient=Recipient.read(printer.certificate, clock.now())))
    sealed = sorted(folder.glob("*.p7m"))
    assert len(sealed) == 2
    assert not [path for path in folder.iterdir() if b"%PDF" in path.read_bytes()]
    assert all(opens(letter) for letter in read(printer.open(sealed[0].read_bytes())))


def test_the_manifest_says_what_is_handed_over_and_names_nobody(house: Flask, press):
    fund, folder = a_fund_with(4), press().folder
    made(fund, press(), not_before=date(2099, 1, 15))
    for kind, pages in ((CODE, 1), (WELCOME, 2)):
        text = (folder / f"{fund.code}_vague-1_{kind}-manifest.json").read_text()
        told = json.loads(text)
        assert (told["fund"], told["batch"], told["kind"], told["letters"]) == (fund.code, "vague-1", kind, 4)
        assert told["not_before"] == ("2099-01-15" if kind == CODE else None)
        assert [(file["letters"], file["pages"]) for file in told["files"]] == [(3, 3 * pages), (1, pages)]
        for file in told["files"]:
            assert fingerprint((folder / file["name"]).read_bytes()) == file["sha256"]
        assert "Maçonnerie" not in text


def test_made_again_a_batch_stays_as_it_is(house: Flask, press):
    fund, folder = a_fund_with(4), press().folder
    made(fund, press())
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert made(fund, press()).is_made
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_who_has_letters_an_account_or_an_end_is_not_written_to(house: Flask, press):
    fund = a_fund_with(1)
    an_organization(fund, number="ENDED", closed_at=clock.now(), address=ADDRESS)
    an_organization(fund, number="SITE", kind="site", parent_id=member(fund, "N000").id, address=ADDRESS)
    an_organization(fund, number="FIRM", kind="firm", address=ADDRESS)
    assert made(fund, press()).letters == 2
    assert wanted(fund, "vague-2") is None
    with clock.travel(timedelta(days=400)):
        assert wanted(fund, "vague-2") is None  # nobody is written to each month for ever


def test_who_has_no_address_is_told_and_left_for_later(house: Flask, press):
    fund = a_fund_with(1)
    lost = an_organization(fund, number="LOST")
    assert made(fund, press()).without_address == ["LOST"]
    lost.address = ADDRESS
    db.session.commit()
    assert wanted(fund, "vague-2").letters == 1


@row("OPN-4")
def test_letters_asked_for_leave_again_with_the_next_batch_and_both_codes_open(house: Flask, press, tmp_path: Path):
    fund = a_fund_with(2)
    made(fund, press())
    with unit_of_work():
        assert enrolment.ask_again(member(fund, "N001"))
    assert made(fund, press(folder=tmp_path / "second"), name="vague-2").letters == 1
    (again,) = read_all(tmp_path / "second", CODE)
    first = read_all(press().folder, CODE)[1]
    assert opens(again) == opens(first) == member(fund, "N001")
    assert again.code != first.code


def test_the_two_letters_may_leave_on_different_days(house: Flask, press):
    fund, folder = a_fund_with(2), press().folder
    today = clock.now().date()
    made(fund, press(), WELCOME)
    assert (len(read_all(folder, WELCOME)), read_all(folder, CODE)) == (2, [])
    later = today + timedelta(days=12)
    for path in folder.glob("*welcome*"):
        path.unlink()  # handed over
    made(fund, press(), CODE, not_before=later)
    assert all(opens(letter) for letter in read_all(folder, CODE))
    assert LetterBatch.by_name(fund.id, "vague-1").made_at
    code = EnrolmentCode.by_reference(fund.code, "vague-1", 1)
    assert code.expires_at == enrolment.end_of(later + timedelta(days=30), "Europe/Paris")
    with unit_of_work(), pytest.raises(BatchRefused, match="made"):
        batch.open_batch(Fund.by_id(fund.id), "vague-1", later + timedelta(days=1))


def test_overseas_codes_last_longer_and_a_day_ends_where_the_fund_is(house: Flask, press):
    fund = a_fund(time_zone="Indian/Reunion")
    an_organization(fund, number="NEAR", address=ADDRESS)
    an_organization(fund, number="FAR", address=ADDRESS, overseas=True)
    with clock.travel(datetime(2026, 12, 1, 21, tzinfo=UTC)):  # the second of December over there
        made(fund, press())
    far, near = read_all(press().folder, CODE)
    assert "valable jusqu’au 1er janvier 2027 inclus" in near.text
    assert "valable jusqu’au 31 janvier 2027 inclus" in far.text
    code = EnrolmentCode.by_reference(fund.code, "vague-1", 2)
    assert code.expires_at == datetime(2027, 1, 1, 20, tzinfo=UTC)


def test_who_opened_an_account_meanwhile_gets_no_code(house: Flask, press):
    fund = a_fund_with(2)
    made(fund, press(), WELCOME)
    with unit_of_work():
        assert enrolment.consume(EnrolmentCode.of(member(fund, "N000").id)[0].id)
    made(fund, press(), CODE)
    assert [opens(letter).number for letter in read_all(press().folder, CODE)] == ["N001"]


def test_a_file_of_a_former_run_that_is_not_there_is_told_and_nothing_is_lost(house: Flask, press, tmp_path: Path):
    fund = a_fund_with(2)
    made(fund, press(), CODE)
    db.session.execute(sa.update(LetterFile).values(settled_at=None))
    db.session.commit()
    with pytest.raises(FilesRefused, match="is not in"):
        made(fund, press(folder=tmp_path / "elsewhere"), CODE)
    made(fund, press(), CODE)
    assert all(file.settled_at for file in LetterFile.of(LetterBatch.by_name(fund.id, "vague-1").id, CODE))


def test_two_runs_in_two_folders_print_no_code_twice(house: Flask, press, tmp_path: Path):
    fund = a_fund_with(2)
    opened = made(fund, press(), WELCOME)

    def other_run(name: str, letters: int) -> None:
        batch.make(opened.id, [CODE], press(folder=tmp_path / "other", per_file=1))

    with pytest.raises(BatchRefused, match="another run"):
        _interrupted_by(opened, press, other_run)
    assert [letter.reference for letter in read_all(press().folder, CODE)] == []
    assert all(opens(letter) for letter in read_all(tmp_path / "other", CODE))


def test_each_file_is_in_the_audit_with_the_codes_it_holds(house: Flask, press):
    fund = a_fund_with(4)
    made(fund, press())
    told = db.session.scalars(sa.select(AuditEvent.details).where(AuditEvent.event == "registry:letters:made"))
    files = {file.name: file.sha256 for kind in KINDS for file in LetterFile.of(_id(fund), kind)}
    assert {one["file"]: one["sha256"] for one in told} == files


def _id(fund: Fund):
    return LetterBatch.by_name(fund.id, "vague-1").id


def _interrupted_by(opened: batch.Opened, press, other_run) -> None:
    """Make the code letters while another run is faster: between their drawing and their commit."""

    class Meanwhile(Recipient):
        def __init__(self) -> None:
            self.first = True

        def seal(self, content: bytes) -> bytes:
            if self.first:
                self.first = False
                other_run("", 0)
            return content

    batch.make(opened.id, [CODE], press(recipient=Meanwhile()))
