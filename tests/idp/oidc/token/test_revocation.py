"""Giving a token back ends its grant."""

import pytest

from idp import clock
from idp.alive import grant_alive
from idp.audit.models import AuditEvent
from idp.db import db
from idp.oidc.errors import Refused
from idp.oidc.token import access_token, refreshing, revocation


@pytest.mark.parametrize("kind", ["refresh", "access"])
def test_either_token_ends_the_grant_once(alive, client, kind, purpose):
    token = refreshing.first(alive)
    if kind == "access":
        token = access_token.mint(alive, client, "sub", purpose, clock.now())
    for _ in range(2):
        revocation.revoke(token, client)
    assert grant_alive(alive.id, clock.now()) is None
    assert db.session.query(AuditEvent).filter_by(event="oidc:token:revoked").count() == 1


def test_an_unknown_token_ends_nothing_and_none_is_malformed(alive, client):
    revocation.revoke("unknown", client)
    with pytest.raises(Refused, match="invalid_request"):
        revocation.revoke(None, client)
    assert grant_alive(alive.id, clock.now()) is not None
