"""Provisional codes that travel by post: made, read as people type them, kept as hashes no database alone can grind."""

import os
import secrets
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import timedelta

from keys.passwords import Passwords, Profile
from keys.purposes import PurposeKeys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's 32: no I, L, O, U
LENGTH = 8
"""Symbols of five bits: 40 bits, which the throttle of a register of 220 000 members leaves out of reach (OPN-2)."""

_READ_AS = str.maketrans("ILO", "110")
_LONGEST = 64
_PURPOSE = "postal code"


def make() -> str:
    """A new code, as it is printed but for the space in its middle."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read(typed: str) -> str | None:
    """The code that was meant: case, spaces, dashes and dots do not count, I and L are 1, O is 0; None if none."""
    symbols = "".join(char for char in typed[:_LONGEST].upper() if char.isalnum()).translate(_READ_AS)
    is_a_code = len(typed) <= _LONGEST and len(symbols) == LENGTH and set(symbols) <= set(ALPHABET)
    return symbols if is_a_code else None


class PostalCodes:
    """Hashes and checks codes: argon2id over an HMAC that binds a code to its owner, under a key of the vault.

    `places` are those of `Passwords`: hashing, waiting, patience. While a former master key is kept, each check
    computes once under either, whatever the answer.
    """

    def __init__(self, profile: Profile, purposes: PurposeKeys, places: tuple[int, int, timedelta]) -> None:
        self._profile, self._purposes = profile, purposes
        self._hashes = Passwords(profile, *places)

    @property
    def verifications(self) -> int:
        """How many hashes were computed to check: for tests and metrics."""
        return self._hashes.verifications

    def place(self) -> AbstractContextManager[None]:
        """Hold a hashing place of this worker, as for passwords. Raises `Busy`."""
        return self._hashes.place()

    def check(self, owner: str, kept: Sequence[str | None], typed: str) -> list[bool]:
        """Which of these hashes are of the typed code; each costs the same, and so does a None, which is of no code."""
        code = read(typed) or ""  # nothing was ever hashed for no code
        keyed = [mac.hex() for mac in self._purposes.macs(_PURPOSE, f"{owner}:{code}")]
        return [self._verify(one, keyed) for one in kept]

    def _verify(self, kept: str | None, keyed: Sequence[str]) -> bool:
        answers = [self._hashes.verify(kept, mac) for mac in keyed]  # all of them: an early answer is a shorter one
        return any(answers)

    def hash_all(self, codes: Iterable[tuple[str, str]]) -> list[str]:
        """The hashes to keep of pairs (owner, code), on every core of this machine: for commands, never for a page."""
        cores = os.cpu_count() or 1
        hashes = Passwords(self._profile, hashing=cores, waiting=0)

        def hashed(pair: tuple[str, str]) -> str:
            with hashes.place():
                return hashes.hash(self._purposes.mac(_PURPOSE, ":".join(pair)).hex())

        with ThreadPoolExecutor(cores) as threads:
            return list(threads.map(hashed, codes))
