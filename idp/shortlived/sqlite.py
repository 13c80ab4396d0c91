"""The embedded short-lived store: one SQLite file, safe across threads, processes and forks."""

import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from weakref import WeakSet

from idp.errors import StoreUnavailable

SWEEP_EVERY = 64  # writes of one process
SWEEP_BATCH = 256  # entries looked at: more than were written since, so that the dead never pile up
PAGE = 4096  # bytes

_MILLISECOND = timedelta(milliseconds=1)
_NEVER = 2**62
_EPOCH = "epoch"  # no kind before it: it meets no other key

# No index on the deadline: writing would cost half as much again. It stands before the value, which may overflow.
_SCHEMA = """
CREATE TABLE entry (
    key TEXT PRIMARY KEY, expires_at INTEGER NOT NULL, version INTEGER NOT NULL, value BLOB NOT NULL
) WITHOUT ROWID
"""
_PUT = """
INSERT INTO entry (key, value, version, expires_at) VALUES (?, ?, 1, ?)
ON CONFLICT (key) DO UPDATE SET value = excluded.value, version = 1, expires_at = excluded.expires_at
"""
_GET = "SELECT version, value FROM entry WHERE key = ? AND expires_at > ?"
_TAKE = "DELETE FROM entry WHERE key = ? AND expires_at > ? RETURNING value"
_CLAIM = """
INSERT INTO entry (key, value, version, expires_at) VALUES (?1, x'', 1, ?2)
ON CONFLICT (key) DO UPDATE SET value = x'', version = 1, expires_at = ?2 WHERE entry.expires_at <= ?3 RETURNING 1
"""
_COUNT = """
INSERT INTO entry (key, value, version, expires_at) VALUES (?1, x'', 1, ?2)
ON CONFLICT (key) DO UPDATE SET
    version = CASE WHEN entry.expires_at > ?3 THEN entry.version + 1 ELSE 1 END,
    expires_at = CASE WHEN entry.expires_at > ?3 THEN entry.expires_at ELSE ?2 END
RETURNING version
"""
_SWAP = """
UPDATE entry SET value = ?, version = version + 1, expires_at = ?
WHERE key = ? AND version = ? AND expires_at > ? RETURNING 1
"""
_DELETE = "DELETE FROM entry WHERE key = ?"
_SWEPT_TO = "SELECT key FROM entry WHERE key > ? ORDER BY key LIMIT 1 OFFSET ?"
_SWEEP = "DELETE FROM entry WHERE key > ? AND key <= ? AND expires_at <= ?"
_SWEEP_END = "DELETE FROM entry WHERE key > ? AND expires_at <= ?"
_BEGIN_EPOCH = "INSERT INTO entry (key, value, version, expires_at) VALUES (?, ?, 1, ?) ON CONFLICT (key) DO NOTHING"
_READ_EPOCH = "SELECT value FROM entry WHERE key = ?"


class _Connections:
    """The open connections of this process: each used by one thread at a time, as many as there are threads at once."""

    def __init__(self, open_one: Callable[[], sqlite3.Connection]) -> None:
        self._open_one = open_one
        self._idle: deque[sqlite3.Connection] = deque()
        self._opened = 0
        self._opening = threading.Lock()

    def take(self) -> sqlite3.Connection:
        """An idle one, or a new one."""
        try:
            return self._idle.pop()
        except IndexError:
            with self._opening:
                connection = self._open_one()
                self._opened += 1
                return connection

    def give_back(self, connection: sqlite3.Connection) -> None:
        """Let another thread use it."""
        self._idle.append(connection)

    def close(self) -> None:
        """Close them all, waiting for those in use; none opens before `reopen()`."""
        self._opening.acquire()
        while self._opened:
            try:
                self._idle.pop().close()
                self._opened -= 1
            except IndexError:
                time.sleep(0.001)

    def reopen(self) -> None:
        """Connections may be opened again."""
        self._opening.release()


class SqliteFile:
    """The port on a WAL file that only its owner may read. A power cut may lose the last moments, a crash nothing.

    `capacity` bounds the file, in bytes: whoever fills it meets `StoreUnavailable`, and what expires makes room again.
    `patience` is longer than Redis is given: this store cannot be away, only held by another process of this machine.
    """

    def __init__(
        self,
        path: Path,
        now: Callable[[], datetime],
        *,
        capacity: int = 256 * 1024 * 1024,
        patience: timedelta = timedelta(seconds=2),
    ) -> None:
        self.round_trips = 0
        self._path = path.absolute()
        self._now = now
        self._pages = max(8, capacity // PAGE)
        self._patience = patience.total_seconds()
        self._connections = _Connections(self._open)
        self._writing = threading.Lock()
        self._writes = 0
        self._swept = ""  # the key where the next sweep begins
        if not self._path.exists():
            self._create()
        _files.add(self)

    def put(self, key: str, value: bytes, ttl: timedelta) -> None:
        self._write(_PUT, key, value, self._instant(ttl))

    def get(self, key: str) -> bytes | None:
        found = self.get_versioned(key)
        return found and found[1]

    def take(self, key: str) -> bytes | None:
        rows = self._write(_TAKE, key, self._instant())
        return rows[0][0] if rows else None

    def claim(self, key: str, ttl: timedelta) -> bool:
        return bool(self._write(_CLAIM, key, self._instant(ttl), self._instant()))

    def count(self, key: str, ttl: timedelta) -> int:
        number: int = self._write(_COUNT, key, self._instant(ttl), self._instant())[0][0]
        return number

    def get_versioned(self, key: str) -> tuple[int, bytes] | None:
        rows = self._run(_GET, key, self._instant())
        return rows[0] if rows else None

    def swap(self, key: str, version: int, value: bytes, ttl: timedelta) -> bool:
        return bool(self._write(_SWAP, value, self._instant(ttl), key, version, self._instant()))

    def delete(self, key: str) -> None:
        self._write(_DELETE, key)

    def epoch(self) -> datetime:
        rows = self._run(_READ_EPOCH, _EPOCH)
        if not rows:
            self._write(_BEGIN_EPOCH, _EPOCH, self._instant().to_bytes(8), _NEVER)
            rows = self._run(_READ_EPOCH, _EPOCH)
        return datetime.fromtimestamp(int.from_bytes(rows[0][0]) / 1000, UTC)

    def ping(self) -> None:
        self._run("SELECT 1 FROM entry LIMIT 1")

    def clear(self) -> None:
        self._write("DELETE FROM entry")

    def hold(self) -> None:
        """Let what is under way end, and begin nothing: a fork is coming."""
        self._writing.acquire()
        self._connections.close()

    def go_on(self) -> None:
        """The fork is over, in the parent or in the child."""
        self._connections.reopen()
        self._writing.release()

    def _instant(self, later: timedelta = timedelta()) -> int:
        return int(self._now().timestamp() * 1000) + later // _MILLISECOND

    def _write(self, statement: str, *values: str | bytes | int) -> list[Any]:
        # One writer at a time in this process: waiting threads queue here, not in SQLite's polling.
        if not self._writing.acquire(timeout=self._patience):
            raise StoreUnavailable("the short-lived file is busy")
        try:
            self._writes += 1
            if self._writes % SWEEP_EVERY == 0:
                self._sweep()
            return self._run(statement, *values)
        finally:
            self._writing.release()

    def _sweep(self) -> None:
        # Key by key, round and round.
        end = self._execute(_SWEPT_TO, self._swept, SWEEP_BATCH - 1)
        if end:
            self._execute(_SWEEP, self._swept, end[0][0], self._instant())
        else:
            self._execute(_SWEEP_END, self._swept, self._instant())
        self._swept = end[0][0] if end else ""

    def _run(self, statement: str, *values: str | bytes | int) -> list[Any]:
        self.round_trips += 1
        return self._execute(statement, *values)

    def _execute(self, statement: str, *values: str | bytes | int) -> list[Any]:
        try:
            connection = self._connections.take()
            try:
                return connection.execute(statement, values).fetchall()  # all: half read, it would hold its snapshot
            finally:
                self._connections.give_back(connection)
        except sqlite3.OperationalError as error:
            raise StoreUnavailable("the short-lived file does not answer") from error

    def _open(self, path: Path | None = None) -> sqlite3.Connection:
        # Never creates: a file that was removed is a store that is away. Each statement is its own transaction.
        uri = f"{(path or self._path).as_uri()}?mode=rw"
        connection = sqlite3.connect(
            uri, uri=True, timeout=self._patience, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute(f"PRAGMA max_page_count={self._pages}").fetchall()
        return connection

    def _create(self) -> None:
        # Made aside, then given its name at once: several processes that start together share the one that came first.
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".", dir=self._path.parent) as aside:
            draft = Path(aside, self._path.name)
            draft.touch(mode=0o600)
            connection = self._open(draft)
            connection.execute("PRAGMA journal_mode=WAL").fetchall()
            connection.execute(_SCHEMA)
            connection.execute(_BEGIN_EPOCH, (_EPOCH, self._instant().to_bytes(8), _NEVER))
            connection.close()
            with suppress(FileExistsError):
                os.link(draft, self._path)


# SQLite remembers in memory which locks its process holds, and a fork copies that memory but not the locks: a child
# that uses the file, even by a connection of its own, could spoil it. So none is open while the process forks.
_files: WeakSet[SqliteFile] = WeakSet()
_held: list[SqliteFile] = []
_forking = threading.Lock()


def _before_fork() -> None:
    _forking.acquire()
    _held.extend(_files)
    for file in _held:
        file.hold()


def _after_fork() -> None:
    for file in _held:
        file.go_on()
    _held.clear()
    _forking.release()


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)
