"""Master keys, what is sealed under them, and the keys that sign."""

import base64
import secrets
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from idp import clock
from idp.db import db, unit_of_work
from idp.extensions import ring
from tests import worlds
from tests.builders import an_account
from tests.idp.ops.checks.asking import ADVICE, FINE, WRONG, ask
from tests.rows import row


def with_keys(app: Flask, *lines: str) -> Flask:
    """The same application on another file of master keys."""
    path = app.extensions["settings"].master_key_file
    path.write_text("\n".join(lines))
    worlds.close(app)
    return worlds.create_app(app.extensions["settings"])


def a_key(version: int) -> str:
    return f"{version}:{base64.b64encode(secrets.token_bytes(32)).decode()}"


@row("KEY-3")
def test_a_folder_that_others_write_in_holds_no_master_key(app: Flask, tmp_path: Path):
    tmp_path.chmod(0o755)
    assert ask(app, "master key")[0] == FINE
    tmp_path.chmod(0o775)
    assert ask(app, "master key")[0] == WRONG


@row("PWD-5")
def test_hashes_under_a_former_key_are_counted_before_it_leaves(app: Flask):
    with app.app_context():
        an_account()
        an_account()
    former = app.extensions["settings"].master_key_file.read_text().strip()
    assert "2, all under" in ask(app, "password hashes")[1]
    both = with_keys(app, former, second := a_key(2))
    seen, words = ask(both, "password hashes")
    assert (seen, "2 are sealed under a former" in words) == (ADVICE, True)
    seen, words = ask(with_keys(both, second), "password hashes")
    assert (seen, "put that version back" in words) == (WRONG, True)


def test_another_key_of_the_same_version_is_found(app: Flask):
    with app.app_context():
        an_account()
    seen, words = ask(with_keys(app, a_key(1)), "password hashes")
    assert (seen, "the master key is another one" in words) == (WRONG, True)


def test_signing_keys_that_cannot_be_opened_are_found(app: Flask):
    assert ask(app, "signing keys")[0] == FINE
    assert ask(with_keys(app, a_key(2)), "signing keys")[0] == WRONG


def test_an_algorithm_without_a_key_is_found(app: Flask):
    with app.app_context():
        db.session.execute(sa.text("DELETE FROM signing_key WHERE alg = 'ES256'"))
        db.session.commit()
    seen, words = ask(app, "signing keys")
    assert (seen, "none signs ES256" in words) == (WRONG, True)


@pytest.mark.parametrize(("days", "verdict"), [(99, FINE), (102, ADVICE)])
def test_a_key_that_signs_for_long_should_turn(app: Flask, days: int, verdict: str):
    with clock.travel(timedelta(days=days)):
        assert ask(app, "signing keys")[0] == verdict
        with app.app_context(), unit_of_work():
            for alg in ("RS256", "ES256"):
                ring.rotate(alg, clock.now())
        assert "another waits" in ask(app, "signing keys")[1]
        assert ask(app, "signing keys")[0] == FINE
