"""The embedded short-lived store: one SQLite file, safe across threads, processes and forks."""

import os
import sqlite3
import time
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any
from weakref import WeakSet

from idp.errors import StoreUnavailable

PURGE_EVERY = 64  # writes of one process
PURGE_BATCH = 256  # rows at most: more than were written since, so that the dead never pile up
PAGE = 4096  # bytes

_MILLISECOND = timedelta(milliseconds=1)
_NEVER = 2**62
_EPOCH = "epoch"  # no kind before it: it meets no other key

_SCHEMA = """
CREATE TABLE IF NOT EXISTS entry (
    key TEXT PRIMARY KEY, value BLOB NOT NULL, version INTEGER NOT NULL, expires_at INTEGER NOT NULL
) WITHOUT ROWID
"""
_INDEX = "CREATE INDEX IF NOT EXISTS entry_expires_at ON entry (expires_at)"
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
_PURGE = "DELETE FROM entry WHERE key IN (SELECT key FROM entry WHERE expires_at <= ? ORDER BY expires_at LIMIT ?)"
_BEGIN_EPOCH = "INSERT INTO entry (key, value, version, expires_at) VALUES (?, ?, 1, ?) ON CONFLICT (key) DO NOTHING"
_READ_EPOCH = "SELECT value FROM entry WHERE key = ?"


class _Connections:
    """The open connections of this process: each used by one thread at a time, as many as there are threads at once."""

    def __init__(self, open_one: Callable[[], sqlite3.Connection]) -> None:
        self._open_one = open_one
        self._idle: deque[sqlite3.Connection] = deque()
        self._opened = 0
        self._opening = Lock()

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
        self._writing = Lock()
        self._writes = 0
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        for statement in (_SCHEMA, _INDEX):
            self._write(statement)
        self.epoch()
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

    def _instant(self, later: timedelta = timedelta()) -> int:
        return int(self._now().timestamp() * 1000) + later // _MILLISECOND

    def hold(self) -> None:
        """Let what is under way end, and begin nothing: a fork is coming."""
        self._writing.acquire()
        self._connections.close()

    def go_on(self) -> None:
        """The fork is over, in the parent or in the child."""
        self._connections.reopen()
        self._writing.release()

    def _write(self, statement: str, *values: str | bytes | int) -> list[Any]:
        # One writer at a time in this process: waiting threads queue here, not in SQLite's polling.
        if not self._writing.acquire(timeout=self._patience):
            raise StoreUnavailable("the short-lived file is busy")
        try:
            self._writes += 1
            if self._writes % PURGE_EVERY == 0:
                self._execute(_PURGE, self._instant(), PURGE_BATCH)
            return self._run(statement, *values)
        finally:
            self._writing.release()

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

    def _open(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=self._patience, isolation_level=None, check_same_thread=False
        )  # each statement is its own transaction
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", f"max_page_count={self._pages}"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        return connection


# SQLite remembers in memory which locks its process holds, and a fork copies that memory but not the locks: a child that
# uses the file, even through a connection of its own, could spoil it. So no connection is open while the process forks.
_files: WeakSet[SqliteFile] = WeakSet()
_held: list[SqliteFile] = []
_forking = Lock()


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
