"""Passwords stolen elsewhere: a published list of SHA-1 hashes, made into a file that is searched where it lies.

The file holds the first bytes of each hash, sorted, and is mapped into memory: it costs a worker nothing but the pages
that it reads, and two thousand million hashes are found in thirty steps. Nothing of a password leaves this machine.
"""

import hashlib
import mmap
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from keys.errors import BadList
from keys.passwords import normalize

_MAGIC = b"breached sha1-6\n"
_WIDTH = 6
"""Bytes kept of a hash: of a thousand million, a password that is none is taken for one once in 280 000."""
_LINE = re.compile(rb"([0-9A-Fa-f]{40})(?::([0-9]{1,18}))?\s*")


class Built(NamedTuple):
    """How many lines were read, and how many hashes the file holds."""

    read: int
    kept: int


class Breached:
    """The passwords of such a file; safe to share between threads."""

    def __init__(self, path: Path) -> None:
        """Raises `BadList` when the file is none of ours, or is cut; `OSError` when it cannot be read."""
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise BadList(f"{path} was not made by `idp passwords import-breached`")
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._count, rest = divmod(len(self._map) - len(_MAGIC), _WIDTH)
        if rest or not self._count:
            raise BadList(f"{path} is cut, or empty")

    def __contains__(self, password: object) -> bool:
        """Whether the password is one of them."""
        return isinstance(password, str) and self._holds(password)

    def _holds(self, password: str) -> bool:
        hashed = hashlib.sha1(normalize(password).encode("utf-8", "surrogatepass"), usedforsecurity=False)
        wanted = hashed.digest()[:_WIDTH]
        low, high = 0, self._count
        while low < high:
            middle = (low + high) // 2
            if self._at(middle) < wanted:
                low = middle + 1
            else:
                high = middle
        return low < self._count and self._at(low) == wanted

    def _at(self, index: int) -> bytes:
        start = len(_MAGIC) + index * _WIDTH
        return self._map[start : start + _WIDTH]


def build(lines: Iterable[bytes], out: BinaryIO, at_least: int = 1) -> Built:
    """Write the file from lines `HASH` or `HASH:COUNT`, ordered by hash, as published lists are.

    Only what was seen `at_least` so often is kept, where counts are given. The memory this takes does not depend on the
    length of the list. Raises `BadList`, with the number of the line.
    """
    out.write(_MAGIC)
    read = kept = 0
    former = b""
    for read, digest in _read(lines, at_least):
        if digest is None or digest == former:
            continue
        if digest < former:
            raise BadList(f"line {read}: the list is not ordered by hash; `LC_ALL=C sort` puts it in order")
        out.write(digest)
        former, kept = digest, kept + 1
    if not kept:
        raise BadList("the list holds no hash")
    return Built(read, kept)


def _read(lines: Iterable[bytes], at_least: int) -> Iterator[tuple[int, bytes | None]]:
    """The number of each line, and the beginning of its hash; None where it was not seen often enough."""
    for number, line in enumerate(lines, 1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise BadList(f"line {number}: not a SHA-1 hash in hexadecimal, alone or followed by `:` and a count")
        hexadecimal, count = found.groups()
        is_wanted = count is None or int(count) >= at_least
        yield number, bytes.fromhex(hexadecimal[: 2 * _WIDTH].decode()) if is_wanted else None
