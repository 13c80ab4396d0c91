"""Password hashes: argon2id under fixed profiles, a decoy for who is unknown, a bound on computations at once."""

import base64
import logging
import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import NamedTuple

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError, VerifyMismatchError

from keys.errors import Busy, Unreadable
from keys.vault import Vault

_log = logging.getLogger(__name__)


class Profile(NamedTuple):
    """What one argon2id computation costs."""

    memory_kib: int
    time_cost: int
    parallelism: int


PASSWORD = Profile(19 * 1024, 2, 1)  # the floor of OWASP's Password Storage Cheat Sheet
POSTAL = Profile(8 * 1024, 1, 1)  # for codes we drew ourselves, over a keyed HMAC
CHEAP = Profile(8, 1, 1)  # for tests


_SEALED, _PLACE = "sealed:", "password hash"


def normalize(password: str) -> str:
    """The password as it is hashed and counted: in NFC, an é from any keyboard is one code point, and the same one."""
    return unicodedata.normalize("NFC", password)


class Passwords:
    """Hashes and verifies under one profile, inside a bounded password path; safe to share between threads.

    `hashing` threads compute while `waiting` more wait, at most `patience`; the next is told `Busy` at once. Argon2
    releases the interpreter lock, so the other threads of the worker go on answering.

    With a `pepper`, a hash is kept sealed by that vault: whoever has the database alone has nothing to try passwords on
    (PWD-5). One that is not sealed, or under a former key, is read too, until `resealed` brings it under today's.
    """

    def __init__(
        self,
        profile: Profile,
        hashing: int = 1,
        waiting: int = 2,
        patience: timedelta = timedelta(seconds=2),
        *,
        pepper: Vault | None = None,
    ) -> None:
        self._pepper = pepper
        self._hasher = PasswordHasher(
            time_cost=profile.time_cost, memory_cost=profile.memory_kib, parallelism=profile.parallelism, type=Type.ID
        )
        self._path = threading.BoundedSemaphore(hashing + waiting)
        self._hashing = threading.BoundedSemaphore(hashing)
        self._patience = patience.total_seconds()
        self._here = threading.local()
        self._counting = threading.Lock()
        self._decoy = self._seal(self._hasher.hash(secrets.token_bytes(32)))
        self.verifications = 0

    @contextmanager
    def place(self) -> Iterator[None]:
        """Hold a hashing place of this worker. Raises `Busy` when all are taken, or none came free in time.

        Take it before an attempt is reserved, so that being turned away costs no attempt. Not to be nested.
        """
        assert not self._is_placed, "a thread takes one place"
        if not self._path.acquire(blocking=False):
            raise Busy("the password path is full")
        try:
            if not self._hashing.acquire(timeout=self._patience):
                raise Busy("no place came free in time")
            try:
                self._here.placed = True
                yield
            finally:
                self._here.placed = False
                self._hashing.release()
        finally:
            self._path.release()

    def hash(self, password: str) -> str:
        """The argon2id hash to keep, in PHC form, parameters included; sealed, where there is a pepper."""
        assert self._is_placed, "hash inside place()"
        return self._seal(self._hasher.hash(_bytes(password)))

    def verify(self, kept: str | None, password: str) -> bool:
        """Whether the password is the one that was hashed; exactly one computation, whatever the answer.

        With no hash (an unknown login) the decoy is verified, under the current parameters, and the answer is no.
        """
        assert self._is_placed, "verify inside place()"
        with self._counting:
            self.verifications += 1
        if kept is not None:
            try:
                return self._matches(kept, password)
            except (InvalidHashError, VerificationError):  # raised before anything was computed
                _log.error("a kept password hash is malformed")
            except Unreadable as error:
                _log.error("a kept password hash cannot be opened: %s", error)
        self._matches(self._decoy, password)
        return False

    def needs_rehash(self, kept: str) -> bool:
        """Whether a hash that was verified has other parameters than today's: it takes another time than the decoy."""
        return self._hasher.check_needs_rehash(self._open(kept))

    def resealed(self, kept: str) -> str | None:
        """The same hash under today's pepper, which needs no password; None when it is so already.

        Raises `Unreadable`.
        """
        return None if self._is_under_todays(kept) else self._seal(self._open(kept))

    def sealed_under(self, kept: str) -> int | None:
        """The version of the master key that a hash is kept under; None when it is not sealed. Raises `Unreadable`."""
        if self._pepper is None or not kept.startswith(_SEALED):
            return None
        return self._pepper.version_of(_sealed(kept))

    @property
    def _is_placed(self) -> bool:
        return bool(getattr(self._here, "placed", False))

    def _matches(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(self._open(kept), _bytes(password))
        except VerifyMismatchError:
            return False

    def _seal(self, phc: str) -> str:
        if self._pepper is None:
            return phc
        return _SEALED + base64.b64encode(self._pepper.seal(phc.encode(), _PLACE)).decode()

    def _open(self, kept: str) -> str:
        if self._pepper is None or not kept.startswith(_SEALED):
            return kept
        return self._pepper.open(_sealed(kept), _PLACE).decode()

    def _is_under_todays(self, kept: str) -> bool:
        if self._pepper is None:
            return True
        return kept.startswith(_SEALED) and self._pepper.version_of(_sealed(kept)) == self._pepper.versions[0]


def _sealed(kept: str) -> bytes:
    try:
        return base64.b64decode(kept.removeprefix(_SEALED), validate=True)
    except ValueError:
        raise Unreadable("not a sealed value") from None


def _bytes(password: str) -> bytes:
    return normalize(password).encode("utf-8", "surrogatepass")  # a lone surrogate is a wrong password, not a crash
