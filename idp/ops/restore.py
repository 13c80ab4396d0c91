"""A backup put back into an empty database: what people had is there, and whatever was issued before is dead."""

import json
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import IO

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.db import unit_of_work
from idp.extensions import ring
from idp.oidc.clients.metadata import SIGNING_ALGS
from idp.ops import backup, models, schema
from idp.ops.backup import DATABASE, FORMAT, MANIFEST, BackupFailed, Manifest
from keys import cms


def restore(path: Path) -> Manifest:
    """Put a backup back, and move the epoch: sessions, grants, tokens, codes and mail links of before are refused.

    No server starts on the database while this is not over. Raises `BackupFailed`, before anything is written where
    the file is damaged, of a later version, sealed under a master key that is not here, or the database has tables.
    """
    with tempfile.TemporaryDirectory(prefix="restore-") as folder:
        dump = Path(folder) / DATABASE
        manifest = _read(path, dump)
        _check(manifest)
        if models.is_postgresql():
            backup.run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", str(dump))
        else:
            models.paste_sqlite(dump)
    with unit_of_work():
        models.end_the_past(clock.now(), manifest.revision)
    schema.bring_up_to_date()
    with unit_of_work():
        ring.prepare(SIGNING_ALGS, clock.now())
        log.record(Event.BACKUP_RESTORED, details={"made_at": manifest.made_at, "sha256": manifest.sha256})
    return manifest


def _read(path: Path, dump: Path) -> Manifest:
    """Take the database out of the file, and see that it is whole."""
    try:
        with tarfile.open(path, "r:") as archive, dump.open("wb") as out:
            manifest = Manifest(**json.load(_part(archive, MANIFEST)))
            shutil.copyfileobj(_part(archive, DATABASE), out)
    except (tarfile.TarError, KeyError, TypeError, ValueError) as error:
        raise BackupFailed(f"{path} is no backup of ours, or was cut") from error
    except OSError as error:
        raise BackupFailed(f"{error.filename}: {error.strerror}") from error
    with dump.open("rb") as file:
        if cms.fingerprint_of(file) != manifest.sha256:
            raise BackupFailed(f"{path} is damaged: its digest is another")
    return manifest


def _part(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    part = archive.extractfile(name)
    if part is None:
        raise KeyError(name)
    return part


def _check(manifest: Manifest) -> None:
    ours = "postgresql" if models.is_postgresql() else "sqlite"
    if manifest.format != FORMAT or not schema.knows(manifest.revision):
        raise BackupFailed("it is of a later version: install that one first")
    if manifest.dialect != ours:
        raise BackupFailed(f"it is of {manifest.dialect}, and IDP_DATABASE_URL is of {ours}")
    missing = sorted(version for version, _ in set(manifest.master_keys.items()) - set(backup.our_keys().items()))
    if missing:
        raise BackupFailed(f"it needs master keys that are not here: {', '.join(missing)}")
    if models.has_tables():
        raise BackupFailed("the database has tables already: name an empty one in IDP_DATABASE_URL")
