"""Signed values: what a client holds and gives back, dated, for one purpose; never what is single use or revocable."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from itsdangerous import BadData, TimestampSigner, URLSafeTimedSerializer

from keys.errors import BadSignature, Expired, WeakSecret

JSONValue = str | int | float | bool | None | Sequence["JSONValue"] | Mapping[str, "JSONValue"]

SKEW = timedelta(seconds=5)  # how far the clocks of two nodes may differ
_SHORTEST_KEY = 32


class _Signer(TimestampSigner):
    def __init__(self, *args: Any, clock: Callable[[], datetime], **options: Any) -> None:
        super().__init__(*args, **options)
        self._clock = clock

    def get_timestamp(self) -> int:
        return int(self._clock().timestamp())


class Signed:
    """Signs and reads the values of one purpose. The newest key (the first) signs, every key verifies.

    The purpose is the salt: a value signed for one is refused by another. The content is readable by who holds it.
    """

    def __init__(self, keys: Sequence[bytes], purpose: str, *, clock: Callable[[], datetime]) -> None:
        """Raises `WeakSecret` when there is no key, one is under 32 bytes, or the purpose has no name."""
        if not keys or not purpose or any(len(key) < _SHORTEST_KEY for key in keys):
            raise WeakSecret("signing values takes a purpose, and keys of 32 bytes")
        self._clock = clock
        oldest_first = list(reversed(keys))  # the order of itsdangerous
        options = {"clock": clock, "key_derivation": "hmac", "digest_method": hashlib.sha256}
        self._serializer = URLSafeTimedSerializer(oldest_first, salt=purpose, signer=_Signer, signer_kwargs=options)

    def sign(self, value: JSONValue) -> str:
        """The value as URL-safe text, with the present instant (to the second) and the signature."""
        return str(self._serializer.dumps(value))

    def read(self, text: str, max_age: timedelta | None) -> Any:
        """The JSON value that was signed. Raises `BadSignature`, or `Expired` when it is older than `max_age`."""
        try:
            value, signed_at = self._serializer.loads(text, return_timestamp=True)
        except (BadData, ValueError, RecursionError):
            raise BadSignature("not a value signed for this purpose") from None
        if max_age is not None and not -SKEW <= self._clock() - signed_at <= max_age:
            raise Expired("signed too long ago, or in the future")
        return value
