"""Purpose keys: one HMAC key for each purpose, with an overlap while the master key turns."""

import hashlib
import hmac
from functools import cache

from keys.vault import Vault


class PurposeKeys:
    """HMAC-SHA256 under keys derived from the vault: the digest for one purpose tells nothing of that for another.

    While an old master key is kept beside the new one, what it protected is still found by `macs`; it may leave the
    file once nothing it protected lives. Nothing permanent may depend on a `mac`.
    """

    def __init__(self, vault: Vault) -> None:
        self._keys = cache(lambda purpose: vault.derive(f"mac:{purpose}"))

    def mac(self, purpose: str, value: str) -> bytes:
        """The 32 bytes to write, under the newest key."""
        return self.macs(purpose, value)[0]

    def macs(self, purpose: str, value: str) -> list[bytes]:
        """The digests to look for, newest key first."""
        message = value.encode("utf-8", "surrogatepass")
        return [hmac.digest(key, message, hashlib.sha256) for key in self._keys(purpose)]

    def matches(self, purpose: str, value: str, mac: bytes) -> bool:
        """Whether that digest is of this value, under any of our keys, in a time that tells nothing."""
        answers = [hmac.compare_digest(own, mac) for own in self.macs(purpose, value)]
        return any(answers)
