"""Passwords that were stolen elsewhere: lists as they are published, and the file that is made of one."""

import hashlib
from pathlib import Path

from keys.breached import build


def listed(*passwords: str, count: str = ":3\r\n") -> list[bytes]:
    """The lines of a list, ordered by hash."""
    hashes = (hashlib.sha1(one.encode(), usedforsecurity=False).hexdigest().upper() for one in passwords)
    return [f"{one}{count}".encode() for one in sorted(hashes)]


def a_list(folder: Path, *passwords: str) -> Path:
    """The file that IDP_BREACHED_PASSWORDS names, with these, or with one that nobody would choose."""
    path = folder / "breached"
    with path.open("wb") as file:
        build(listed(*(passwords or ("\x00",))), file)
    return path
