"""A backup holds the database of one instant, for its owner's eyes, and no master key."""

import base64
import json
import tarfile
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from idp.db import db
from idp.ops import backup
from idp.ops.backup import BackupFailed
from tests import commands
from tests.builders import an_account
from tests.rows import row


def test_it_is_one_new_file_that_its_owner_alone_reads(any_app: Flask, tmp_path: Path):
    target = tmp_path / "backup.tar"
    with any_app.app_context():
        an_account()
    with any_app.app_context():
        manifest = backup.make(target)
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(manifest.master_keys) == ["1"]
    with tarfile.open(target) as archive:
        assert archive.getnames() == ["manifest.json", "database"]
    assert [path.name for path in tmp_path.glob(".backup-*")] == []


@row("KEY-3")
def test_no_master_key_and_no_signing_key_stands_in_it(any_app: Flask, tmp_path: Path):
    target = tmp_path / "backup.tar"
    with any_app.app_context():
        backup.make(target)
    kept = target.read_bytes()
    text = (tmp_path / "master.key").read_text().strip().removeprefix("1:")
    assert text.encode() not in kept
    assert base64.b64decode(text) not in kept
    assert b"PRIVATE KEY" not in kept


def test_a_backup_is_never_written_over(app: Flask, tmp_path: Path):
    target = tmp_path / "backup.tar"
    target.write_text("mine")
    with app.app_context(), pytest.raises(BackupFailed, match="never written over"):
        backup.make(target)
    assert target.read_text() == "mine"


def test_a_folder_that_is_not_there_is_said(app: Flask, tmp_path: Path):
    with app.app_context(), pytest.raises(BackupFailed, match="No such file"):
        backup.make(tmp_path / "nowhere" / "backup.tar")


def test_no_server_starts_on_what_was_half_restored(any_app: Flask, tmp_path: Path):
    """The mark of the tables' version is written last, when the past is dead."""
    with any_app.app_context():
        manifest = backup.make(tmp_path / "backup.tar")
        assert manifest.revision
        db.engine.dispose()
    with tarfile.open(tmp_path / "backup.tar") as archive:
        archive.extract("database", tmp_path)
    assert f"'{manifest.revision}'".encode() not in (tmp_path / "database").read_bytes()


def test_the_command_writes_down_who_made_it_and_shows_what_it_is(any_app: Flask, tmp_path: Path):
    running = commands.start(any_app, "backup", str(tmp_path / "backup.tar"), "--json")
    out, error = running.communicate(timeout=60)
    assert running.returncode == 0, error
    assert json.loads(out)["dialect"] in ("sqlite", "postgresql")
    with any_app.app_context():
        found = db.session.execute(sa.text("SELECT operator FROM audit_event WHERE event = 'ops:backup:made'"))
        assert found.scalars().all() == ["Karim"]


def test_without_an_operator_nothing_is_made(app: Flask, tmp_path: Path):
    running = commands.start(app, "backup", str(tmp_path / "backup.tar"), "--operator", " ")
    _, error = running.communicate(timeout=60)
    assert running.returncode == 2
    assert b"--operator" in error
    assert not (tmp_path / "backup.tar").exists()
