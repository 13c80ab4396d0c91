"""The machine: its address, who stands in front, who may read what, and what is free."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from idp import clock
from idp.ops.checks import machine
from tests import stolen
from tests.idp.ops.checks.asking import ADVICE, FINE, WRONG, ask
from tests.rows import row


def test_development_is_said(app: Flask):
    assert ask(app, "address")[0] == FINE
    assert ask(app, "address", issuer="http://localhost:8000")[0] == ADVICE


@pytest.mark.parametrize(
    ("trusted", "host", "verdict"), [(0, "127.0.0.1", WRONG), (1, "127.0.0.1", FINE), (1, "0.0.0.0", ADVICE)]
)
def test_who_stands_in_front_is_told_to_us(app: Flask, trusted: int, host: str, verdict: str):
    assert ask(app, "proxies", trusted_proxies=trusted, host=host)[0] == verdict


@row("KEY-3")
@pytest.mark.parametrize("name", [".env", "master.key"])
def test_a_file_of_secrets_that_others_read_is_found(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
):
    monkeypatch.chdir(tmp_path)
    secret = tmp_path / name
    secret.touch()
    secret.chmod(0o600)
    assert ask(app, "file modes")[0] == FINE
    secret.chmod(0o640)
    seen, words = ask(app, "file modes")
    assert (seen, f"chmod 600 {secret}" in words) == (WRONG, True)


def test_a_disk_that_fills_is_found(app: Flask, tmp_path: Path):
    free = os.statvfs(tmp_path)
    assert machine.room(tmp_path, 1).verdict == FINE
    assert machine.room(tmp_path, 2 * free.f_blocks * free.f_frsize).verdict == WRONG
    assert "MiB are free" in ask(app, "disk")[1]


def test_a_list_of_stolen_passwords_grows_old(app: Flask, tmp_path: Path):
    assert ask(app, "stolen passwords")[0] == WRONG
    listed = stolen.a_list(tmp_path)
    assert ask(app, "stolen passwords", breached_passwords=listed)[0] == FINE
    with clock.travel(timedelta(days=366)):
        assert ask(app, "stolen passwords", breached_passwords=listed)[0] == ADVICE


def test_a_language_without_catalogue_is_found(app: Flask):
    assert ask(app, "languages")[0] == FINE
    seen, words = ask(app, "languages", locales=("fr", "de"))
    assert (seen, "de" in words) == (WRONG, True)
