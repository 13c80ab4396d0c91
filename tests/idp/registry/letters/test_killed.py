"""Letters killed at any moment: the second run ends with the same tables and the same letters."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from idp.db import db, unit_of_work
from idp.registry import enrolment
from idp.registry.letters import batch
from idp.registry.letters.batch import Press
from idp.registry.letters.models import CODE, KINDS, WELCOME, LetterFile
from idp.registry.models import EnrolmentCode, Fund, LetterBatch, Organization
from keys.cms import fingerprint
from tests import worlds
from tests.idp.registry.letters.conftest import a_fund_with, opens, read_all
from tests.rows import row

MEMBERS, TIMES = 10, 20


@pytest.fixture
def house(postgres_template: worlds.PostgresTemplate, tmp_path: Path) -> Iterator[Flask]:
    """A house on PostgreSQL, where a commit is one whoever is killed."""
    app = postgres_template.copy(tmp_path)
    with app.app_context():
        yield app
    worlds.close(app)


def run(fund_id, press: Press) -> None:
    """The command's work, from the beginning."""
    with unit_of_work():
        opened = batch.open_batch(Fund.by_id(fund_id), "vague-1", None)
    batch.make(opened.id, KINDS, press)


def in_a_process_killed_after(seconds: float | None, work: Callable[[], None]) -> float:
    """Run in a process of its own, killed in the middle, or not (None); how long it ran."""
    db.session.remove()
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            db.engine.dispose(close=False)  # the connections are the parent's
            work()
            status = 0
        finally:
            os._exit(status)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    _, ended = os.waitpid(child, 0)
    assert seconds is not None or ended == 0
    return time.monotonic() - began


@row("OPN-3")
def test_killed_at_twenty_random_points_a_batch_ends_the_same(
    house: Flask, press: Callable[..., Press], tmp_path: Path
):
    fund_id = a_fund_with(MEMBERS).id
    whole = in_a_process_killed_after(None, lambda: run(fund_id, press(folder=tmp_path / "whole")))
    seen = set()
    for time_ in range(TIMES):
        fund_id, here = a_fund_with(MEMBERS).id, press(folder=tmp_path / str(time_))
        in_a_process_killed_after(random.uniform(0, whole), lambda here=here, fund_id=fund_id: run(fund_id, here))
        seen.add(len(list(here.folder.glob("*.pdf"))) if here.folder.exists() else -1)
        run(fund_id, here)
        _check(fund_id, here)
    assert len(seen) > 3, f"the kills were no random points: {seen}"


def _check(fund_id, press: Press) -> None:
    made = LetterBatch.by_name(fund_id, "vague-1")
    assert (made.letters, bool(made.made_at)) == (MEMBERS, True)
    for kind in KINDS:
        files = LetterFile.of(made.id, kind)
        assert [(file.part, file.letters, file.last_position) for file in files] == [
            (1, 3, 3),
            (2, 3, 6),
            (3, 3, 9),
            (4, 1, 10),
        ]
        assert all(fingerprint((press.folder / file.name).read_bytes()) == file.sha256 for file in files)
    codes = read_all(press.folder, CODE)
    assert [organization.number for organization in map(opens, codes)] == [f"N{n:03}" for n in range(MEMBERS)]
    assert [letter.reference for letter in codes] == [letter.reference for letter in read_all(press.folder, WELCOME)]
    assert not list(press.folder.glob("*.part"))
    for number in range(MEMBERS):
        (code,) = EnrolmentCode.of(Organization.by_number(fund_id, f"N{number:03}").id)
        assert code.code_hash


def test_killed_at_twenty_random_points_a_reissue_asks_once_each(house: Flask):
    fund_id = a_fund_with(MEMBERS).id
    ids = [Organization.by_number(fund_id, f"N{n:03}").id for n in range(MEMBERS)]

    def work() -> None:
        with unit_of_work():
            for one in ids:
                enrolment.reissue(Organization.by_id(one))

    whole = in_a_process_killed_after(None, lambda: None) + 0.1
    for _ in range(TIMES):
        in_a_process_killed_after(random.uniform(0, whole), work)
        assert {len(EnrolmentCode.of(one)) for one in ids} in ({0}, {1})
    work()
    assert all(len(EnrolmentCode.of(one)) == 1 for one in ids)
