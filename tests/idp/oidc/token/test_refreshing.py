"""Rotation, the honest retry, and the end of any other replay; what HTTP shows of it stands in tests/protocol."""

from datetime import timedelta

import pytest

from idp import clock
from idp.alive import grant_alive
from idp.audit.models import AuditEvent
from idp.db import db
from idp.oidc.errors import Refused
from idp.oidc.models.refresh_token import RefreshToken
from idp.oidc.token import refreshing
from keys import opaque
from tests.rows import row


@pytest.fixture
def secret(alive):
    """A first refresh token, stored."""
    first = refreshing.first(alive)
    db.session.commit()
    return first


def test_at_rest_there_is_a_digest_only(secret):
    (row_,) = db.session.query(RefreshToken).all()
    assert row_.digest == opaque.digest(secret)
    assert secret not in str(vars(row_))


def test_presenting_uses_nothing(alive, secret):
    presented = refreshing.present(secret)
    assert (presented.alive, presented.get_scope()) == (alive, " ".join(alive.scopes))
    assert not RefreshToken.is_spent(opaque.digest(secret))
    assert refreshing.present("unknown") is None


def test_the_successor_knows_its_parent(client, secret):
    successor = refreshing.renew(refreshing.present(secret), client)
    db.session.flush()
    parent, child = RefreshToken.of(opaque.digest(secret)), RefreshToken.of(opaque.digest(successor))
    assert (child.parent_id, child.rotated_at) == (parent.id, None)
    assert RefreshToken.is_spent(opaque.digest(secret))


@row("OID-11")
def test_the_window_closes_at_ten_seconds_sharp(alive, client, secret):
    now = clock.now()
    with clock.travel(now):
        successor = refreshing.renew(refreshing.present(secret), client)
    with clock.travel(now + timedelta(seconds=9.5)):
        assert refreshing.renew(refreshing.present(secret), client) == successor
    with clock.travel(now + timedelta(seconds=10.5)), pytest.raises(Refused, match="invalid_grant"):
        refreshing.renew(refreshing.present(secret), client)
    assert grant_alive(alive.id, clock.now()) is None


def test_each_use_leaves_its_trace(client, secret):
    refreshing.renew(refreshing.present(secret), client)
    refreshing.renew(refreshing.present(secret), client)
    with clock.travel(timedelta(seconds=11)), pytest.raises(Refused):
        refreshing.renew(refreshing.present(secret), client)
    db.session.flush()
    traced = [(event.event, event.reason) for event in db.session.query(AuditEvent).order_by(AuditEvent.id)]
    assert traced[-3:] == [
        ("oidc:token:refreshed", None),
        ("oidc:token:refreshed", "retry"),
        ("oidc:token:refresh_replayed", None),
    ]
