"""A batch of letters, made so that a kill at any moment loses no code and prints none twice.

Who is written to is claimed first. Then each file is drawn, its codes hashed, written aside and kept by the disk; the
hashes and the file's digest are committed together; and the file gets its name. A second run takes it from there.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.db import db, new_id, unit_of_work
from idp.extensions import postal
from idp.registry import enrolment
from idp.registry.letters import drawing, files
from idp.registry.letters.drawing import Letter, Typeface
from idp.registry.letters.models import (
    CODE,
    KINDS,
    Claim,
    LetterFile,
    Notice,
    candidates,
    claim,
    claims,
    issue,
)
from idp.registry.letters.words import Letterhead, Told, addressed
from idp.registry.models import Fund, LetterBatch
from keys.cms import Recipient
from keys.postal import make as new_code

PER_FILE = 5000

Heard = Callable[[str, int], None]
"""Called after each file: its name, and how many letters it holds."""


@dataclass(frozen=True)
class Press:
    """Where the files go, who can read them (None: whoever has them), and how they are drawn."""

    folder: Path
    recipient: Recipient | None
    typeface: Typeface
    per_file: int = PER_FILE
    told: Heard = lambda name, letters: None


@dataclass(frozen=True)
class Opened:
    """A batch that stands, and the numbers that are left out: their organizations have no address."""

    id: UUID
    letters: int
    is_made: bool
    without_address: list[str]


class BatchRefused(Exception):
    """The batch cannot be made as asked; the message is for the operator."""


def open_batch(fund: Fund, name: str, not_before: date | None) -> Opened | None:
    """The fund's batch of that name, made if need be with all who are to be written to; None where nobody is.

    In the present unit of work. `not_before` is when the code letters leave at the earliest: it may be told later, as
    long as none of them is made. Raises `BatchRefused` after that.
    """
    batch = LetterBatch.by_name(fund.id, name)
    without: list[str] = []
    if batch is None:
        wanted, notices = candidates(fund.id), Notice.waiting(fund.id)
        without = list(dict.fromkeys(one.number for one in (*wanted, *notices) if not one.address))
        chosen, told = ([one for one in some if one.address] for some in (wanted, notices))
        if not chosen and not told:
            return None
        now = clock.now()
        batch = LetterBatch(id=new_id(), fund_id=fund.id, name=name, created_at=now)
        db.session.add(batch)
        db.session.flush()
        claim(batch, chosen, told, now)
    if not_before and not_before != batch.not_before:
        if LetterFile.of(batch.id, CODE):
            raise BatchRefused(f"code letters of {name} are made, to leave from {batch.not_before or 'at once'}")
        batch.not_before = not_before
    return Opened(batch.id, batch.letters, batch.made_at is not None, without)


def make(batch_id: UUID, kinds: Sequence[str], press: Press) -> dict[str, list[dict[str, Any]]]:
    """Make what is not made yet of these kinds of letters; the files of each, as the manifests have them.

    Raises `files.FilesRefused` when a file of a former run is missing, or another run is at work in the folder.
    """
    with files.taken(press.folder):
        for kind in kinds:
            _settle(batch_id, kind, press)
            while _make_next(batch_id, kind, press):
                pass
        made = {kind: _manifest(batch_id, kind, press) for kind in kinds}
        made = {kind: listed for kind, listed in made.items() if listed}
    with unit_of_work():
        batch = db.session.get_one(LetterBatch, batch_id)
        if batch.made_at is None and not any(_left(batch_id, kind, 1) for kind in KINDS):
            batch.made_at = clock.now()
    return made


def _settle(batch_id: UUID, kind: str, press: Press) -> None:
    """Finish what a killed run committed, and forget what it did not."""
    with unit_of_work(writes=False):
        unsettled = [(file.id, file.name, file.sha256) for file in LetterFile.of(batch_id, kind) if not file.settled_at]
        stem = _stem(db.session.get_one(LetterBatch, batch_id), kind)
    for file_id, name, sha256 in unsettled:
        _give_its_name(press, file_id, name, sha256)
    files.forget_unfinished(press.folder, stem)


def _make_next(batch_id: UUID, kind: str, press: Press) -> bool:
    """Make the next file of a kind; False when none is left to make. No transaction is open while it is drawn."""
    with unit_of_work(writes=False):
        wanted = _left(batch_id, kind, press.per_file)
        if not wanted:
            return False
        batch = db.session.get_one(LetterBatch, batch_id)
        fund = db.session.get_one(Fund, batch.fund_id)
        part = len(LetterFile.of(batch_id, kind)) + 1
        name = f"{_stem(batch, kind)}{part:03}.pdf"
        writing = _Writing(Letterhead.of(fund), fund.code, batch.name, fund.time_zone, _dated(batch, fund, kind))
    codes = [(str(one.organization_id), new_code()) for one in wanted] if kind == CODE else []
    letters = list(writing.letters(wanted, [code for _, code in codes]))
    pdf, pages = drawing.draw(kind, writing.letterhead, writing.dated, letters, press.typeface)
    if press.recipient:
        name, pdf = f"{name}.p7m", press.recipient.seal(pdf)
    issued = list(writing.issued(wanted, postal.hash_all(codes), letters))
    sha256 = files.write_aside(press.folder, name, pdf)
    file_id = new_id()
    made = {"id": file_id, "batch_id": batch_id, "kind": kind, "part": part, "name": name, "sha256": sha256}
    made |= {"letters": len(wanted), "pages": pages, "last_position": wanted[-1].position, "made_at": clock.now()}
    with unit_of_work():
        if not LetterFile.add(made):
            raise BatchRefused(f"another run made {name} meanwhile, in another folder")
        issue(issued, clock.now())
        log.record(Event.LETTERS_MADE, details={"file": name, "letters": len(wanted), "sha256": sha256})
    _give_its_name(press, file_id, name, sha256)
    press.told(name, len(wanted))
    return True


def _give_its_name(press: Press, file_id: UUID, name: str, sha256: str) -> None:
    files.settle(press.folder, name, sha256)
    with unit_of_work():
        LetterFile.settle(file_id, clock.now())


@dataclass(frozen=True)
class _Writing:
    """What the letters of one file have in common."""

    letterhead: Letterhead
    fund_code: str
    batch: str
    zone: str
    dated: date

    def letters(self, wanted: Sequence[Claim], codes: Sequence[str]) -> Iterator[Letter]:
        """Each letter, in order; `codes` is empty but for the letters that carry them."""
        for place, one in enumerate(wanted):
            yield Letter(
                reference=f"{self.fund_code}/{self.batch}/{one.position}",
                address=addressed(one),
                number=None if codes or one.told else one.number,
                code=codes[place] if codes else None,
                last_day=enrolment.last_day(self.dated, one.overseas),
                told=Told(**one.told) if one.told else None,
            )

    def issued(
        self, wanted: Sequence[Claim], hashes: Sequence[str], letters: Sequence[Letter]
    ) -> Iterator[dict[str, Any]]:
        """The rows of the printed codes; none for the other letters."""
        for one, hashed, letter in zip(wanted, hashes, letters, strict=bool(hashes)):
            yield {"one": one.letter_id, "hash": hashed, "expires": enrolment.end_of(letter.last_day, self.zone)}


def _left(batch_id: UUID, kind: str, limit: int) -> list[Claim]:
    made = LetterFile.of(batch_id, kind)
    return claims(batch_id, kind, made[-1].last_position if made else 0, limit)


def _dated(batch: LetterBatch, fund: Fund, kind: str) -> date:
    today = clock.now().astimezone(ZoneInfo(fund.time_zone)).date()
    return max(today, batch.not_before) if batch.not_before and kind == CODE else today


def _stem(batch: LetterBatch, kind: str) -> str:
    fund = db.session.get_one(Fund, batch.fund_id)
    return f"{fund.code}_{batch.name}_{kind}-"  # neither holds an underscore: no two batches share a name


def _manifest(batch_id: UUID, kind: str, press: Press) -> list[dict[str, Any]]:
    with unit_of_work(writes=False):
        batch = db.session.get_one(LetterBatch, batch_id)
        fund, made = db.session.get_one(Fund, batch.fund_id), LetterFile.of(batch_id, kind)
        listed = [{"name": one.name, "letters": one.letters, "pages": one.pages, "sha256": one.sha256} for one in made]
        facts = {
            "fund": fund.code,
            "batch": batch.name,
            "kind": kind,
            "not_before": batch.not_before.isoformat() if batch.not_before and kind == CODE else None,
            "letters": sum(one.letters for one in made),
            "files": listed,
        }
        name, is_made = f"{_stem(batch, kind)}manifest.json", batch.made_at is not None
    if made and not is_made:
        files.write_manifest(press.folder, name, facts)
    return listed
