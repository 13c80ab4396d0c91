"""Files that a kill at any moment neither loses nor doubles: written aside, kept by the disk, then given their name."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from keys.cms import fingerprint


class FilesRefused(Exception):
    """A file is not where it must be, or another run is at work there; the message is for the operator."""


@contextmanager
def taken(folder: Path) -> Iterator[None]:
    """Hold a folder, made if need be, for one run at a time; what a killed run holds is free. Raises `FilesRefused`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = os.open(folder / ".lock", os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise FilesRefused(f"another run writes to {folder}") from error
    finally:
        os.close(lock)


def write_aside(folder: Path, name: str, content: bytes) -> str:
    """Write a file under a name of its own until `settle`, readable by its owner only; its SHA-256."""
    sha256 = fingerprint(content)
    _write(_aside(folder, name, sha256), content)
    _keep(folder)
    return sha256


def settle(folder: Path, name: str, sha256: str) -> None:
    """Give the file of that digest its name; nothing where it has it already. Raises `FilesRefused` where it is not."""
    aside, settled = _aside(folder, name, sha256), folder / name
    found = next(
        (path for path in (aside, settled) if path.exists() and fingerprint(path.read_bytes()) == sha256), None
    )
    if found is None:
        raise FilesRefused(
            f"{name} was made and is not in {folder}: give the folder of the former run (--out). If the file is lost,"
            " tell its letters to `idp members returned`, then `idp members reissue`"
        )
    if found is aside:
        aside.rename(settled)
    _keep(folder)


def forget_unfinished(folder: Path, stem: str) -> None:
    """Remove what a killed run left aside of these files before it committed: nobody's codes."""
    for path in folder.glob(f".{stem}*.part"):
        path.unlink()


def write_manifest(folder: Path, name: str, facts: dict[str, Any]) -> None:
    """Write what stands in the folder, for whoever takes the files over. It holds no code and no name."""
    content = json.dumps(facts, indent=2, ensure_ascii=False).encode() + b"\n"
    settle(folder, name, write_aside(folder, name, content))


def _aside(folder: Path, name: str, sha256: str) -> Path:
    return folder / f".{name}.{sha256[:16]}.part"


def _write(path: Path, content: bytes) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _keep(folder: Path) -> None:
    """A file's name is kept once its folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
