"""A restore brings back what people had, and nothing that was issued before is worth anything after it."""

import base64
import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from idp.db import db
from idp.delivery.models import OutgoingMessage
from idp.oidc.models.signing_key import SigningKeyRow
from idp.ops import backup, restore, schema
from idp.ops.backup import BackupFailed
from tests import commands, worlds
from tests.browser import Browser
from tests.builders import Member, Portal, a_client, a_member
from tests.idp.accounts.resets import asks as forgets
from tests.idp.accounts.resets import link_to
from tests.relying_party import RelyingParty
from tests.rows import row
from tests.servers import Postgres


@pytest.fixture
def portal(any_app: Flask) -> Portal:
    with any_app.app_context():
        return a_client()


@pytest.fixture
def lea(any_app: Flask) -> Member:
    with any_app.app_context():
        return a_member()


@pytest.fixture
def target(any_app: Flask, postgres: Postgres, tmp_path: Path) -> Iterator[Flask]:
    """The same settings on an empty database."""
    chosen = any_app.extensions["settings"]
    url = f"sqlite:///{tmp_path}/new.db"
    if "postgresql" in chosen.database_url:
        postgres.drop("restored")
        url = postgres.create("restored")
    made = worlds.create_app(chosen.model_copy(update={"database_url": url}))
    yield made
    worlds.close(made)


def kept(app: Flask, folder: Path) -> Path:
    """A backup of that application."""
    path = folder / "backup.tar"
    with app.app_context():
        backup.make(path)
        db.engine.dispose()
    return path


def back(app: Flask, path: Path) -> None:
    with app.app_context():
        restore.restore(path)


def counts(app: Flask) -> dict[str, int]:
    """How many rows each table has, but for what a restore ends."""
    with app.app_context():
        names = set(sa.inspect(db.engine).get_table_names()) - {"proof", "signing_key", "audit_event"}
        names -= {name for name in names if name.startswith("audit_event_")}
        return {name: db.session.scalar(sa.text(f'SELECT count(*) FROM "{name}"')) or 0 for name in names}


@row("ADM-5")
def test_whatever_was_issued_before_is_dead_and_the_person_signs_in_again(
    any_app: Flask, target: Flask, portal: Portal, lea: Member, tmp_path: Path
):
    browser, party = Browser(any_app), RelyingParty(any_app, portal)
    browser.signs_in(lea, portal, scope="openid offline_access")
    tokens = party.redeems(browser.page.answer["code"])
    browser.asks(portal, prompt="none", scope="openid")
    unused = browser.page.answer["code"]
    path = kept(any_app, tmp_path)
    back(target, path)
    after = RelyingParty(target, portal)
    assert after.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    assert after.redeems(unused).error == "invalid_grant"
    assert after.userinfo(tokens["access_token"]).status == 401
    assert not after.introspects(tokens["access_token"]).body["active"]
    other = Browser(target)
    other.signs_in(lea, portal, scope="openid")
    again = after.redeems(other.page.answer["code"])
    assert after.userinfo(again["access_token"]).body["sub"] == party_sub(tokens, again)


def party_sub(tokens: Any, again: Any) -> str:
    """A person's `sub`, the same before and after (OID-19)."""
    before, after = (json.loads(_decoded(one["id_token"].split(".")[1])) for one in (tokens, again))
    assert before["sub"] == after["sub"]
    return str(after["sub"])


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@row("ADM-5")
def test_a_mail_link_of_before_is_dead_and_its_mail_does_not_leave_twice(
    any_app: Flask, target: Flask, lea: Member, tmp_path: Path
):
    forgets(any_app, lea.email)
    link = link_to(any_app, lea.email)
    back(target, kept(any_app, tmp_path))
    browser = Browser(target)
    browser.get(link)
    assert browser.page.status == 410 or "plus" in browser.page.text
    with target.app_context():
        assert db.session.scalar(sa.text("SELECT count(*) FROM proof")) == 0
        assert OutgoingMessage.listed("waiting", 10) == []
        (given_up,) = OutgoingMessage.listed("abandoned", 10)
        assert (given_up.body_sealed, given_up.recipient_sealed) == (None, None)


@row("ADM-5")
def test_other_keys_sign(any_app: Flask, target: Flask, tmp_path: Path):
    def kids(app: Flask) -> set[str]:
        with app.app_context():
            return {key.kid for key in SigningKeyRow.all()}

    back(target, kept(any_app, tmp_path))
    assert len(kids(target)) == len(kids(any_app)) == 2
    assert not kids(target) & kids(any_app)


def test_every_row_is_back_and_the_audit_says_who_restored(
    any_app: Flask, target: Flask, portal: Portal, lea: Member, tmp_path: Path
):
    before = counts(any_app)
    path = kept(any_app, tmp_path)
    running = commands.start(target, "restore", str(path))
    out, error = running.communicate(timeout=120)
    assert running.returncode == 0, error
    assert b"made at" in out
    assert counts(target) == before
    with target.app_context():
        assert schema.is_current()
        found = db.session.execute(sa.text("SELECT operator FROM audit_event WHERE event = 'ops:restore:done'"))
        assert found.scalars().all() == ["Karim"]


def test_an_interrupted_restore_leaves_nothing_that_a_server_starts_on(any_app: Flask, target: Flask, tmp_path: Path):
    """As when it is killed after the rows are back, and before the past is dead."""
    path = kept(any_app, tmp_path)
    dump = tmp_path / "dump"
    with target.app_context():
        restore._read(path, dump)
        if db.engine.dialect.name == "postgresql":
            backup.run("pg_restore", "--single-transaction", "--exit-on-error", "--no-owner", str(dump))
        else:
            restore.models.paste_sqlite(dump)
        assert not schema.is_current()


def test_a_database_with_tables_is_left_alone(any_app: Flask, tmp_path: Path):
    path = kept(any_app, tmp_path)
    with any_app.app_context(), pytest.raises(BackupFailed, match="name an empty one"):
        restore.restore(path)


def test_the_web_role_may_do_afterwards_what_it_could_before(
    postgres_template: worlds.PostgresTemplate, postgres: Postgres, tmp_path: Path
):
    app = postgres_template.copy(tmp_path)
    path = kept(app, tmp_path)
    postgres.drop("restored")
    chosen = app.extensions["settings"].model_copy(update={"database_url": postgres.create("restored")})
    target = worlds.create_app(chosen)
    back(target, path)
    with target.app_context():
        asked = "SELECT has_table_privilege('idp_web', 'account', 'UPDATE'), "
        asked += "has_table_privilege('idp_web', 'signing_key', 'INSERT')"
        assert db.session.execute(sa.text(asked)).one() == (True, False)
    worlds.close(app)
    worlds.close(target)


@pytest.mark.parametrize("damage", ["cut", "changed", "nothing"])
def test_a_file_that_was_damaged_restores_nothing(app: Flask, tmp_path: Path, damage: str):
    path = kept(app, tmp_path)
    whole = path.read_bytes()
    middle = len(whole) // 2
    damaged = {
        "cut": whole[:middle],
        "changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "nothing": b"",
    }
    path.write_bytes(damaged[damage])
    empty = worlds.create_app(app.extensions["settings"].model_copy(update={"database_url": f"sqlite:///{tmp_path}/e"}))
    with empty.app_context():
        with pytest.raises(BackupFailed):
            restore.restore(path)
        assert not sa.inspect(db.engine).get_table_names()


@pytest.mark.parametrize("version", [1, 2])
def test_a_backup_needs_its_very_master_keys(app: Flask, tmp_path: Path, version: int):
    path = kept(app, tmp_path)
    key = tmp_path / "other.key"
    key.write_text(f"{version}:{base64.b64encode(secrets.token_bytes(32)).decode()}\n")
    key.chmod(0o600)
    changes = {"database_url": f"sqlite:///{tmp_path}/e", "master_key_file": key}
    empty = worlds.create_app(app.extensions["settings"].model_copy(update=changes))
    with empty.app_context(), pytest.raises(BackupFailed, match="master keys that are not here: 1"):
        restore.restore(path)
