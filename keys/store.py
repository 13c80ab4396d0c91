"""The store of signing keys: the port, and the adapter that keeps them in memory."""

import threading
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from keys.signing import SigningKey


class KeyStore(Protocol):
    """Where signing keys are kept; every call is complete when it returns. Failures are raised as the adapter's own."""

    def load(self) -> list[SigningKey]:
        """Every key, in no order. Raises when one cannot be read: a part of the keys is worse than the former set."""

    def add(self, key: SigningKey) -> None:
        """Keep a new key."""

    def retire(self, kid: str, retires_at: datetime, verifies_until: datetime) -> None:
        """Write down when a key stopped signing, and until when it verifies."""

    def remove(self, kid: str) -> None:
        """Forget a key for good; one that is not there is no error."""


class MemoryKeyStore:
    """Signing keys that live as long as the process, for tests."""

    def __init__(self) -> None:
        self._keys: dict[str, SigningKey] = {}
        self._lock = threading.Lock()

    def load(self) -> list[SigningKey]:
        """Every key."""
        with self._lock:
            return list(self._keys.values())

    def add(self, key: SigningKey) -> None:
        """Keep a new key."""
        with self._lock:
            self._keys[key.kid] = key

    def retire(self, kid: str, retires_at: datetime, verifies_until: datetime) -> None:
        """Write down when a key stopped signing, and until when it verifies."""
        with self._lock:
            self._keys[kid] = replace(self._keys[kid], retires_at=retires_at, verifies_until=verifies_until)

    def remove(self, kid: str) -> None:
        """Forget a key for good."""
        with self._lock:
            self._keys.pop(kid, None)
