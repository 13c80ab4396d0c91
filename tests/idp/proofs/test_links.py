"""Links: one purpose, one target, once, for the very address they were sent to."""

import threading
from datetime import timedelta
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text

from idp import clock
from idp.db import db, new_id, unit_of_work
from idp.proofs import links
from idp.proofs.models import Proof
from tests.rows import row

HOUR = timedelta(hours=1)
PURPOSES = ("activation", "reset", "certification", "change", "invitation")


def issued(purpose: str = "reset", target: UUID | None = None, bound_to: str | None = None) -> tuple[str, UUID]:
    target = target or new_id()
    with unit_of_work():
        return links.issue(purpose, target, HOUR, bound_to), target


def redeemed(purpose: str, secret: str, bound_to: str | None = None) -> UUID | None:
    with unit_of_work():
        return links.redeem(purpose, secret, bound_to)


@row("LNK-1")
@pytest.mark.parametrize("made_for", PURPOSES)
@pytest.mark.parametrize("shown_for", PURPOSES)
def test_a_link_of_one_purpose_is_refused_for_every_other(app: Flask, made_for: str, shown_for: str):
    with app.app_context():
        secret, target = issued(made_for)
        expected = target if made_for == shown_for else None
        assert links.look(shown_for, secret) == expected
        assert redeemed(shown_for, secret) == expected
        assert links.spent(shown_for, secret) == expected
        assert redeemed(made_for, secret) == (None if expected else target)  # the refusal used nothing


@row("LNK-1")
def test_a_link_has_256_random_bits_of_which_a_digest_is_kept(any_app: Flask):
    with any_app.app_context():
        secret, _ = issued()
        assert len(secret) == 43
        held = db.session.scalars(select(Proof.digest)).all()
        assert [len(digest) for digest in held] == [32]
        assert secret not in repr(db.session.execute(text("SELECT * FROM proof")).all())


@row("LNK-1")
@pytest.mark.parametrize("secret", ["", "x", "\x00", "\ud800", "A" * 43, "é" * 43, "' OR 1=1 --", "x" * 100_000])
def test_no_other_secret_opens_anything(any_app: Flask, secret: str):
    with any_app.app_context():
        issued()
        assert links.look("reset", secret) is None
        assert redeemed("reset", secret) is None
        assert links.spent("reset", secret) is None


@row("LNK-1")
def test_a_link_sent_to_one_address_opens_nothing_once_its_target_has_another(any_app: Flask):
    with any_app.app_context():
        secret, target = issued(bound_to="lea@old.example.org")
        assert redeemed("reset", secret, "lea@new.example.org") is None
        assert redeemed("reset", secret, "lea@old.example.org") == target
        unbound, _ = issued()
        assert redeemed("reset", unbound, "lea@new.example.org") is None


@row("LNK-5")
def test_a_link_is_used_once_and_then_says_so(any_app: Flask):
    with any_app.app_context():
        secret, target = issued()
        assert links.spent("reset", secret) is None
        assert redeemed("reset", secret) == target
        assert redeemed("reset", secret) is None
        assert links.look("reset", secret) is None
        assert links.spent("reset", secret) == target


@row("LNK-5")
def test_of_sixteen_clicks_at_once_one_uses_the_link(any_app: Flask):
    with any_app.app_context():
        secret, target = issued()
    gate, won = threading.Barrier(16), []

    def click() -> None:
        with any_app.app_context():
            gate.wait()
            won.append(redeemed("reset", secret))
            db.session.remove()

    threads = [threading.Thread(target=click) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, won)) == sorted([str(target), *["None"] * 15])


def test_looking_uses_nothing(any_app: Flask):
    with any_app.app_context():
        secret, target = issued()
        assert [links.look("reset", secret) for _ in range(10)] == [target] * 10
        assert redeemed("reset", secret) == target


def test_what_is_undone_gave_no_link_and_used_none(any_app: Flask):
    with any_app.app_context():
        kept, target = issued()
        with unit_of_work() as work:
            lost = links.issue("reset", target, HOUR)
            assert links.redeem("reset", kept) == target
            work.undo()
        assert redeemed("reset", lost) is None
        assert redeemed("reset", kept) == target


def test_a_link_lives_as_long_as_it_was_given(any_app: Flask):
    with any_app.app_context():
        secret, target = issued()
        with clock.travel(HOUR - timedelta(seconds=5)):
            assert links.look("reset", secret) == target
        with clock.travel(HOUR):
            assert links.look("reset", secret) is None
            assert redeemed("reset", secret) is None


def test_what_is_killed_opens_nothing_and_the_rest_stays(any_app: Flask):
    with any_app.app_context():
        secret, target = issued("reset")
        of_another, other = issued("reset")
        certification, _ = issued("certification", target)
        with unit_of_work():
            links.kill("reset", target)
        assert redeemed("reset", secret) is None
        assert redeemed("reset", of_another) == other
        assert redeemed("certification", certification) == target


def test_a_new_link_leaves_the_former_one_good(any_app: Flask):
    with any_app.app_context():
        first, target = issued()
        second, _ = issued(target=target)
        assert (redeemed("reset", first), redeemed("reset", second)) == (target, target)
