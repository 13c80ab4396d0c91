"""A backup: the database as it stood at one instant, in one file for its owner's eyes. No master key is in it."""

import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from idp import clock
from idp.extensions import purposes, vault
from idp.ops import models, schema
from keys import cms

FORMAT = 1
MANIFEST, DATABASE = "manifest.json", "database"


class BackupFailed(Exception):
    """No backup was made, or none restored; the message says why, to the operator."""


@dataclass(frozen=True)
class Manifest:
    """What a backup is: of which tables, when, and which master keys open what is sealed in it.

    Of each master key it holds the version and a digest, which tells that key from another and nothing else of it.
    """

    format: int
    made_at: str
    dialect: str
    revision: str
    master_keys: dict[str, str]
    sha256: str


def make(path: Path) -> Manifest:
    """Write a backup into a new file, which appears whole or not at all. Raises `BackupFailed`."""
    if path.exists():
        raise BackupFailed(f"{path} exists: a backup is never written over")
    with _beside(path) as draft:
        dump = draft / DATABASE
        (dump_postgresql if models.is_postgresql() else models.copy_sqlite)(dump)
        manifest = _described(dump)
        (draft / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2))
        whole = draft / "whole"
        with tarfile.open(whole, "w") as archive:
            for name in (MANIFEST, DATABASE):
                archive.add(draft / name, arcname=name)
        _keep(whole, path)
    return manifest


def dump_postgresql(target: Path) -> None:
    """pg_dump of our database, without the mark of its version: until a restore is over, no server starts on it."""
    run("pg_dump", "--format=custom", "--exclude-table-data=alembic_version", f"--file={target}")


def run(program: str, *arguments: str) -> None:
    """A program of PostgreSQL on our database; the password travels in its environment. Raises `BackupFailed`."""
    address, password = models.postgresql_address()
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    if shutil.which(program) is None:
        raise BackupFailed(f"{program} is not installed: apt install postgresql-client")
    command = [program, "--no-password", f"--dbname={address}", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BackupFailed(f"{program}: {done.stderr.strip()[-500:]}")


def our_keys() -> dict[str, str]:
    """The versions of the master keys that are here, each with its digest."""
    digests = purposes.macs("backup", "which key is this?")
    return {str(version): digest.hex() for version, digest in zip(vault.versions, digests, strict=True)}


def _described(dump: Path) -> Manifest:
    with dump.open("rb") as file:
        digest = cms.fingerprint_of(file)
    made_at = clock.now().isoformat(timespec="seconds")
    dialect = "postgresql" if models.is_postgresql() else "sqlite"
    return Manifest(FORMAT, made_at, dialect, schema.revision(), our_keys(), digest)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """A folder of our own on the same disk."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=".backup-", dir=path.absolute().parent))
    except OSError as error:
        raise BackupFailed(f"{error.filename}: {error.strerror}") from error
    try:
        yield folder
    except OSError as error:
        raise BackupFailed(f"{error.filename}: {error.strerror}") from error
    finally:
        shutil.rmtree(folder)


def _keep(whole: Path, path: Path) -> None:
    whole.chmod(0o600)
    with whole.open("rb") as file:
        os.fsync(file.fileno())
    os.link(whole, path)  # of two at once, one fails
