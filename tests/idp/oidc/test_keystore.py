"""Signing keys in SQL: the contract of the store, and the seal on each private key."""

from datetime import timedelta

import pytest

from idp import clock
from idp.db import db
from idp.oidc.keystore import SqlKeyStore
from idp.oidc.models.signing_key import SigningKeyRow
from keys import signing
from keys.errors import Unreadable
from tests.rows import row

NOTHING = timedelta()


@pytest.fixture
def store(any_app):
    """A store with the two keys of the template."""
    with any_app.app_context():
        yield SqlKeyStore()
        db.session.rollback()


def test_a_key_comes_back_as_it_was(store):
    made = signing.generate("ES256", clock.now(), timedelta(hours=2))
    store.add(made)
    (kept,) = [key for key in store.load() if key.kid == made.kid]
    assert (kept.alg, kept.published_at, kept.signs_from) == (made.alg, made.published_at, made.signs_from)
    assert kept.to_pem() == made.to_pem()


def test_the_end_of_its_life_is_written_down(store):
    kid, now = store.load()[0].kid, clock.now()
    store.retire(kid, now, now + timedelta(hours=1))
    (kept,) = [key for key in store.load() if key.kid == kid]
    assert (kept.retires_at, kept.verifies_until) == (now, now + timedelta(hours=1))


def test_a_removed_key_is_gone_and_removing_it_again_is_no_error(store):
    kid = store.load()[0].kid
    for _ in range(2):
        store.remove(kid)
    assert kid not in [key.kid for key in store.load()]


@row("KEY-3")
def test_a_private_key_is_sealed_and_bound_to_its_row(store):
    store.add(signing.generate("ES256", clock.now(), NOTHING))
    first, second = (kept for kept in SigningKeyRow.all() if kept.alg == "ES256")
    assert b"PRIVATE" not in first.private_sealed
    first.private_sealed, second.private_sealed = second.private_sealed, first.private_sealed
    db.session.flush()
    with pytest.raises(Unreadable):
        store.load()
