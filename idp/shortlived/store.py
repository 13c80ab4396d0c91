"""The short-lived store: its port, the seal on its values, and the choice of an adapter by URL."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from idp.errors import SettingsRefused
from idp.shortlived.redis import RedisServer
from idp.shortlived.sqlite import SqliteFile
from keys.errors import Unreadable
from keys.vault import Vault

MAX_VALUE = 8 * 1024  # bytes, before the seal

logger = logging.getLogger(__name__)


class ShortLived(Protocol):
    """Values that die by themselves, under keys `kind:name`. Each verb is atomic and costs one round trip.

    A record lives while `now < written + ttl`, by the node's clock. A dead record and one that never was look the same.
    Any verb raises `StoreUnavailable` when the store does not answer; the change may then have happened all the same.
    """

    round_trips: int
    """How often the store was asked, by all threads: exact where a single one is at work."""

    def put(self, key: str, value: bytes, ttl: timedelta) -> None:
        """Write, or write over, at version 1."""

    def get(self, key: str) -> bytes | None:
        """Read."""

    def take(self, key: str) -> bytes | None:
        """Read and remove: of all callers, one gets the value."""

    def claim(self, key: str, ttl: timedelta) -> bool:
        """Whether the caller is the first to come with this key: True for one, until it dies."""

    def count(self, key: str, ttl: timedelta) -> int:
        """Count one more, and say how many; the window starts at the first."""

    def get_versioned(self, key: str) -> tuple[int, bytes] | None:
        """Read, with the version that `swap` asks for."""

    def swap(self, key: str, version: int, value: bytes, ttl: timedelta) -> bool:
        """Write over that very version, which makes the next one. False: another was faster, read again."""

    def delete(self, key: str) -> None:
        """Remove, if it is there."""

    def epoch(self) -> datetime:
        """When this store began. A flushed store has begun again: whatever it knew before is forgotten."""

    def ping(self) -> None:
        """Do nothing but answer."""

    def clear(self) -> None:
        """Forget everything, the epoch included. For tests."""


class Sealed:
    """A store whose values are sealed under the key's name: a reader learns nothing, and a moved value does not open.

    Raises `ValueError` for a value over 8 KiB, or a lifetime that is not at least a millisecond.
    """

    def __init__(self, inner: ShortLived, vault: Vault) -> None:
        self.inner = inner
        self._vault = vault

    @property
    def round_trips(self) -> int:
        return self.inner.round_trips

    @round_trips.setter
    def round_trips(self, number: int) -> None:
        self.inner.round_trips = number

    def put(self, key: str, value: bytes, ttl: timedelta) -> None:
        self.inner.put(key, self._seal(key, value), _alive(ttl))

    def get(self, key: str) -> bytes | None:
        return self._open(key, self.inner.get(key))

    def take(self, key: str) -> bytes | None:
        return self._open(key, self.inner.take(key))

    def claim(self, key: str, ttl: timedelta) -> bool:
        return self.inner.claim(key, _alive(ttl))

    def count(self, key: str, ttl: timedelta) -> int:
        return self.inner.count(key, _alive(ttl))

    def get_versioned(self, key: str) -> tuple[int, bytes] | None:
        found = self.inner.get_versioned(key)
        value = self._open(key, found and found[1])
        return None if found is None or value is None else (found[0], value)

    def swap(self, key: str, version: int, value: bytes, ttl: timedelta) -> bool:
        return self.inner.swap(key, version, self._seal(key, value), _alive(ttl))

    def delete(self, key: str) -> None:
        self.inner.delete(key)

    def epoch(self) -> datetime:
        return self.inner.epoch()

    def ping(self) -> None:
        self.inner.ping()

    def clear(self) -> None:
        self.inner.clear()

    def _seal(self, key: str, value: bytes) -> bytes:
        if len(value) > MAX_VALUE:
            raise ValueError(f"a short-lived value has {len(value)} bytes, more than {MAX_VALUE}")
        return self._vault.seal(value, f"shortlived:{key}")

    def _open(self, key: str, sealed: bytes | None) -> bytes | None:
        if sealed is None:
            return None
        try:
            return self._vault.open(sealed, f"shortlived:{key}")
        except Unreadable:
            # Tampered with, or sealed under a master key since removed: as good as dead. Only the kind is logged.
            logger.warning("a short-lived value does not open", extra={"kind": key.partition(":")[0]})
            return None


def _alive(ttl: timedelta) -> timedelta:
    if ttl < timedelta(milliseconds=1):
        raise ValueError("a short-lived value must live at least a millisecond")
    return ttl


def open_store(url: str, vault: Vault, now: Callable[[], datetime]) -> Sealed:
    """The store of a URL: `sqlite:///path`, `redis://…`, `rediss://…` or `unix://…`.

    Redis may be away: it is not spoken to before the first verb.
    Raises `SettingsRefused` for any other URL.
    """
    inner: ShortLived
    if url.startswith("sqlite:///"):
        inner = SqliteFile(Path(url.removeprefix("sqlite:///")), now)
    elif url.startswith(("redis://", "rediss://", "unix://")):
        inner = RedisServer(url, now)
    else:
        raise SettingsRefused("IDP_SHORTLIVED_URL must be sqlite:///…, redis://…, rediss://… or unix://…")
    return Sealed(inner, vault)
