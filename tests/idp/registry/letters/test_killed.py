"""Letters killed at any moment: the second run ends with the same tables and the same letters."""

import os
import random
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from uuid import UUID

import pytest
from flask import Flask

from idp.db import db, unit_of_work
from idp.registry import enrolment
from idp.registry.letters import batch
from idp.registry.letters.batch import Press
from idp.registry.letters.models import CODE, KINDS, MANDATE, WELCOME, LetterFile
from idp.registry.models import EnrolmentCode, Fund, LetterBatch, Organization
from keys.cms import fingerprint
from tests import worlds
from tests.idp.registry.letters.conftest import a_fund_with, opens, read_all
from tests.rows import row

MEMBERS, NOTICES, TIMES = 7, 4, 20
NEAR_WHAT_LASTS = ("registry/letters/files.py", "idp/db.py")


@pytest.fixture
def house(postgres_template: worlds.PostgresTemplate, tmp_path: Path) -> Iterator[Flask]:
    """A house on PostgreSQL, where a commit is one whoever is killed."""
    app = postgres_template.copy(tmp_path)
    with app.app_context():
        yield app
    worlds.close(app)


def run(fund_id: UUID, press: Press) -> None:
    """The command's work, from the beginning."""
    with unit_of_work():
        opened = batch.open_batch(Fund.by_id(fund_id), "vague-1", None)
    batch.make(opened.id, KINDS, press)


def in_a_process_killed_at(step: int | None, work: Callable[[], None]) -> int:
    """Run in a process of its own, killed at that call of ours or of the system, or never; how many calls it made.

    Only calls that stand near what lasts are counted: those of files and of transactions.
    """
    db.session.remove()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        status, steps = 1, 0

        def count(frame: FrameType, event: str, argument: object) -> None:
            nonlocal steps
            if event != "c_return" and frame.f_code.co_filename.endswith(NEAR_WHAT_LASTS):
                steps += 1
                if steps == step:
                    os.kill(os.getpid(), signal.SIGKILL)

        try:
            db.engine.dispose(close=False)  # the connections are the parent's
            sys.setprofile(count)
            work()
            sys.setprofile(None)
            os.write(writing, str(steps).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    _, ended = os.waitpid(child, 0)
    with os.fdopen(reading) as told:
        made = told.read()
    assert ended == (0 if step is None else signal.SIGKILL)
    return int(made) if made else 0


def random_steps(whole: int) -> Iterator[int]:
    """Twenty of that many steps, at random and far apart."""
    for part in range(TIMES):
        yield random.randint(1 + whole * part // TIMES, whole * (part + 1) // TIMES)


@row("OPN-3")
def test_killed_at_twenty_random_points_a_batch_ends_the_same(
    house: Flask, press: Callable[..., Press], tmp_path: Path
):
    fund_id = a_fund_with(MEMBERS, NOTICES).id
    whole = in_a_process_killed_at(None, lambda: run(fund_id, press(folder=tmp_path / "whole")))
    for step in random_steps(whole):
        fund_id, here = a_fund_with(MEMBERS, NOTICES).id, press(folder=tmp_path / str(step))
        in_a_process_killed_at(step, lambda here=here, fund_id=fund_id: run(fund_id, here))
        run(fund_id, here)
        _check(fund_id, here)


def _check(fund_id: UUID, press: Press) -> None:
    made = LetterBatch.by_name(fund_id, "vague-1")
    assert (made.letters, bool(made.made_at)) == (MEMBERS + NOTICES, True)
    for kind in KINDS:
        files = LetterFile.of(made.id, kind)
        placed = [(file.part, file.letters, file.last_position) for file in files]
        assert placed == ([(1, 3, 10), (2, 1, 11)] if kind == MANDATE else [(1, 3, 3), (2, 3, 6), (3, 1, 7)])
        assert all(fingerprint((press.folder / file.name).read_bytes()) == file.sha256 for file in files)
    codes = read_all(press.folder, CODE)
    assert [organization.number for organization in map(opens, codes)] == [f"N{n:03}" for n in range(MEMBERS)]
    assert [letter.reference for letter in codes] == [letter.reference for letter in read_all(press.folder, WELCOME)]
    told = [letter.reference.rpartition("/")[2] for letter in read_all(press.folder, MANDATE)]
    assert told == [str(MEMBERS + number) for number in range(1, NOTICES + 1)]
    assert not list(press.folder.glob("*.part"))
    for number in range(MEMBERS):
        (code,) = EnrolmentCode.of(Organization.by_number(fund_id, f"N{number:03}").id)
        assert code.code_hash


def test_killed_at_twenty_random_points_a_reissue_asks_for_all_or_none(house: Flask):
    def ask(ids: list[UUID]) -> None:
        with unit_of_work():
            for one in ids:
                enrolment.reissue(db.session.get_one(Organization, one))

    ids = _members(a_fund_with(MEMBERS).id)
    whole = in_a_process_killed_at(None, lambda: ask(ids))
    for step in random_steps(whole):
        ids = _members(a_fund_with(MEMBERS).id)
        in_a_process_killed_at(step, lambda ids=ids: ask(ids))
        assert {len(EnrolmentCode.of(one)) for one in ids} in ({0}, {1})
        ask(ids)
        assert {len(EnrolmentCode.of(one)) for one in ids} == {1}


def _members(fund_id: UUID) -> list[UUID]:
    found = [Organization.by_number(fund_id, f"N{number:03}") for number in range(MEMBERS)]
    return [one.id for one in found if one]
