"""What is particular to the embedded store: its file, its processes, its bounds."""

import os
import signal
import sqlite3
import stat
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from idp import clock
from idp.errors import StoreUnavailable
from idp.shortlived.sqlite import SWEEP_BATCH, SWEEP_EVERY, SqliteFile
from tests.idp.shortlived.hands import Hands
from tests.idp.shortlived.racing import forked

MINUTE = timedelta(minutes=1)
MEBIBYTE = 1024 * 1024


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "shortlived.db"


def in_a_child(act: Callable[[], bool]) -> bool:
    """Whether `act` held in a forked child, which had ten seconds."""
    child = forked.Process(target=lambda: os._exit(0 if act() else 1))
    child.start()
    child.join(10)
    if child.is_alive():
        child.kill()
        child.join()
    return child.exitcode == 0


def other_connection(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def test_a_restart_keeps_what_lives(path: Path) -> None:
    first = SqliteFile(path, clock.now)
    first.put("journey:1", b"one", MINUTE)
    first.swap("journey:1", 1, b"two", MINUTE)
    first.claim("jti:1", MINUTE)
    first.count("network:1", MINUTE)
    began = first.epoch()
    del first

    def found_again() -> bool:
        again = SqliteFile(path, clock.now)
        assert again.get_versioned("journey:1") == (2, b"two")
        assert not again.claim("jti:1", MINUTE)
        return again.count("network:1", MINUTE) == 2 and again.epoch() == began

    assert in_a_child(found_again)


def test_only_its_owner_may_read_the_file(path: Path) -> None:
    SqliteFile(path, clock.now).put("journey:1", b"one", MINUTE)
    files = list(path.parent.iterdir())
    assert path in files
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_many_processes_may_start_at_once_on_a_new_file(path: Path) -> None:
    start = forked.Barrier(8)

    def open_it() -> None:
        start.wait(20)
        os._exit(0 if SqliteFile(path, clock.now).count("start:1", MINUTE) else 1)

    children = [forked.Process(target=open_it) for _ in range(8)]
    for child in children:
        child.start()
    for child in children:
        child.join(20)
    assert [child.exitcode for child in children] == [0] * 8
    assert SqliteFile(path, clock.now).count("start:1", MINUTE) == 9


def test_a_killed_process_leaves_no_lock(path: Path) -> None:
    store = SqliteFile(path, clock.now)
    here, there = forked.Pipe(duplex=False)

    def die_while_writing() -> None:
        holder = other_connection(path)
        holder.execute("BEGIN IMMEDIATE")
        holder.execute("DELETE FROM entry")
        there.send("writing")
        time.sleep(30)

    store.put("journey:1", b"one", MINUTE)
    child = forked.Process(target=die_while_writing)
    child.start()
    assert here.recv() == "writing"
    with pytest.raises(StoreUnavailable):
        SqliteFile(path, clock.now, patience=timedelta(milliseconds=50)).put("journey:2", b"two", MINUTE)
    assert child.pid
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    assert store.get("journey:1") == b"one"
    assert store.claim("jti:1", MINUTE)


def test_processes_killed_at_any_moment_spoil_nothing(path: Path) -> None:
    store = SqliteFile(path, clock.now)

    def write_for_ever() -> None:
        own = SqliteFile(path, clock.now)
        while True:
            own.count("network:1", MINUTE)
            own.put("journey:1", os.urandom(8000), MINUTE)

    for milliseconds in range(20, 60, 5):
        child = forked.Process(target=write_for_ever)
        child.start()
        time.sleep(milliseconds / 1000)
        child.kill()
        child.join()
        assert len(store.get("journey:1") or bytes(8000)) == 8000
        store.put("journey:1", bytes(8000), MINUTE)
    assert other_connection(path).execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_reader_does_not_wait_for_a_writer(path: Path) -> None:
    store = SqliteFile(path, clock.now)
    store.put("journey:1", b"one", MINUTE)
    writer = other_connection(path)
    writer.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    assert store.get("journey:1") == b"one"
    assert time.monotonic() - started < 0.5
    writer.execute("ROLLBACK")


def test_a_fork_opens_the_file_anew(path: Path) -> None:
    store = SqliteFile(path, clock.now)
    store.count("network:1", MINUTE)

    def count_on(_: int) -> list[int]:
        return [store.count("network:1", MINUTE) for _ in range(100)]

    def in_the_child() -> bool:
        with ThreadPoolExecutor(4) as pool:
            return sum(map(len, pool.map(count_on, range(4)))) == 400

    with ThreadPoolExecutor(4) as pool:
        meanwhile = pool.map(count_on, range(4))
        assert in_a_child(in_the_child)
        list(meanwhile)
    assert store.count("network:1", MINUTE) == 802
    assert other_connection(path).execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_fork_made_while_a_thread_waits_to_write_may_write(path: Path) -> None:
    store = SqliteFile(path, clock.now)
    here, there = forked.Pipe(duplex=False)

    def keep_others_waiting() -> None:
        other_connection(path).execute("BEGIN IMMEDIATE")
        there.send("writing")
        time.sleep(0.2)
        os._exit(0)

    other = forked.Process(target=keep_others_waiting)
    other.start()
    here.recv()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(store.claim, "jti:1", MINUTE)
        time.sleep(0.05)
        assert not waiting.done()
        assert in_a_child(lambda: store.claim("jti:2", MINUTE) and not store.claim("jti:1", MINUTE))
        assert waiting.result(5)
    other.join()
    assert not store.claim("jti:2", MINUTE)


def entries(path: Path) -> int:
    [(number,)] = other_connection(path).execute("SELECT count(*) FROM entry").fetchall()
    return int(number)


def test_what_has_expired_is_removed_as_others_write(path: Path, hands: Hands) -> None:
    store = SqliteFile(path, hands)
    for number in range(20 * SWEEP_BATCH):
        store.claim(f"jti:{number}", timedelta(seconds=1))
        hands.advance(timedelta(milliseconds=10))
    assert entries(path) < 2 * SWEEP_BATCH
    assert not store.claim(f"jti:{number}", MINUTE)
    assert store.epoch() < hands.instant


def test_the_dead_are_removed_a_batch_at_a_time(path: Path, hands: Hands) -> None:
    store = SqliteFile(path, hands)
    for number in range(8 * SWEEP_BATCH):
        store.claim(f"jti:{number}", MINUTE)
    store.put("journey:alive", b"alive", 5 * MINUTE)
    hands.advance(2 * MINUTE)
    left = [entries(path)]
    for number in range(12 * SWEEP_EVERY):
        store.count("network:1", MINUTE)
        if number % SWEEP_EVERY == 0:
            left.append(entries(path))
    assert max(before - after for before, after in pairwise(left)) <= SWEEP_BATCH
    assert left[-1] == 3  # the epoch, what is alive, the count
    assert store.get("journey:alive") == b"alive"


def fill(store: SqliteFile) -> None:
    for number in range(1000):
        store.put(f"journey:{number}", bytes(4096), MINUTE)


def test_whoever_fills_the_file_meets_its_cap_and_time_makes_room_again(path: Path, hands: Hands) -> None:
    store = SqliteFile(path, hands, capacity=MEBIBYTE)
    store.put("journey:mine", b"mine", 2 * MINUTE)
    with pytest.raises(StoreUnavailable):
        fill(store)
    assert path.stat().st_size <= MEBIBYTE
    assert store.take("journey:mine") == b"mine"
    hands.advance(2 * MINUTE)
    for number in range(SWEEP_EVERY):
        try:
            store.put("journey:new", b"new", MINUTE)
        except StoreUnavailable:
            assert number < SWEEP_EVERY - 1
    assert store.get("journey:new") == b"new"


def test_a_file_that_was_removed_is_not_made_again_under_a_running_server(path: Path) -> None:
    store = SqliteFile(path, clock.now)
    path.unlink()
    with pytest.raises(StoreUnavailable):
        store.claim("jti:1", MINUTE)
    assert not path.exists()


def test_a_file_that_cannot_be_read_any_more_is_a_503(path: Path) -> None:
    store = SqliteFile(path, clock.now)
    other_connection(path).execute("DROP TABLE entry")
    with pytest.raises(StoreUnavailable) as raised:
        store.ping()
    assert raised.value.status == 503
