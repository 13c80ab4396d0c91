"""The key over the hashes of passwords turns while people sign in, and the former one can leave."""

import base64
import os
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from app import cli, create_app
from idp import clock, extensions
from idp.accounts import pepper
from idp.accounts.models import Account
from idp.db import db, unit_of_work
from keys.passwords import CHEAP, Passwords
from tests import builders, worlds
from tests.browser import Browser
from tests.builders import Member, Portal
from tests.idp.accounts.resets import NEW, asks, chooses, link_to
from tests.rows import row


def a_key(version: int) -> str:
    return f"{version}:{base64.b64encode(os.urandom(32)).decode()}\n"


def hashes(app: Flask) -> list[str]:
    with app.app_context():
        return list(db.session.scalars(select(Account.password_hash).order_by(Account.id)))


def signs_in(app: Flask, member: Member, portal: Portal) -> bool:
    return "code=" in (Browser(app).signs_in(member, portal).location or "")


def reseals(app: Flask) -> str:
    done = app.test_cli_runner().invoke(cli, ["passwords", "reseal", "--operator", "Karim"])
    assert done.exit_code == 0, done.output
    return str(done.stdout)


@pytest.fixture
def key_file(app: Flask, tmp_path: Path) -> Path:
    return tmp_path / "master.key"


@row("PWD-5")
def test_the_database_alone_holds_nothing_to_try_passwords_on(app: Flask, lea: Member):
    assert hashes(app)[0].startswith("sealed:")
    with app.app_context():
        assert "argon2" not in repr(db.session.execute(db.text("SELECT * FROM account")).all())


@row("PWD-5")
def test_people_sign_in_while_the_key_turns_and_the_former_can_leave(
    app: Flask, key_file: Path, portal: Portal, lea: Member
):
    with app.app_context():
        karim = builders.an_account()
    former, today = key_file.read_text(), a_key(2)
    key_file.write_text(former + today)
    turning = create_app(app.extensions["settings"])
    assert signs_in(turning, lea, portal)
    assert signs_in(turning, chooses_anew(turning, karim), portal)
    assert "1 hashes sealed again" in reseals(turning)  # his is under the new key by what he did
    assert "0 hashes sealed again" in reseals(turning)
    key_file.write_text(today)
    turned = create_app(app.extensions["settings"])
    assert signs_in(turned, lea, portal)
    assert signs_in(turned, replace(karim, password=NEW), portal)
    worlds.close(turning)
    worlds.close(turned)


@row("PWD-5")
def test_who_lost_the_key_chooses_another_password_and_gets_in(app: Flask, key_file: Path, portal: Portal, lea: Member):
    key_file.write_text(a_key(1))
    lost = create_app(app.extensions["settings"])
    with lost.app_context(), unit_of_work():
        db.session.execute(db.text("DELETE FROM signing_key"))
        extensions.ring.prepare(["RS256", "ES256"], clock.now())
        extensions.ring.forget()
    assert not signs_in(lost, lea, portal)
    assert signs_in(lost, chooses_anew(lost, lea), portal)
    worlds.close(lost)


@row("PWD-5")
def test_a_hash_that_was_never_sealed_is_good_and_is_sealed(app: Flask, portal: Portal, lea: Member):
    plain = Passwords(CHEAP)
    with app.app_context(), plain.place():
        builders.the_account(lea).password_hash = plain.hash(lea.password)
        db.session.commit()
    assert signs_in(app, lea, portal)
    assert "1 hashes sealed again" in reseals(app)
    assert hashes(app)[0].startswith("sealed:")
    assert signs_in(app, lea, portal)


@pytest.mark.parametrize("people", [0, 1, 2, 3, 4])
def test_every_account_is_met_whatever_the_size_of_a_batch(app: Flask, people: int):
    plain = Passwords(CHEAP)
    with app.app_context():
        for _ in range(people):
            account = builders.the_account(builders.an_account())
            with plain.place():
                account.password_hash = plain.hash("x")
        db.session.commit()
        last, done, rounds = None, 0, 0
        while rounds == 0 or last is not None:
            last, sealed = pepper.reseal(last, 2)
            done, rounds = done + sealed, rounds + 1
        assert (done, rounds) == (people, people // 2 + people % 2 + 1)


def chooses_anew(app: Flask, member: Member) -> Member:
    """The person behind « Mot de passe oublié ? »."""
    asks(app, member.email)
    chooses(app, link_to(app, member.email))
    return replace(member, password=NEW)
