"""Scopes are checked on what was presented, before anything is used; the rest is in tests/protocol/test_refresh.py."""

import base64

from idp.db import db
from idp.oidc import server
from idp.oidc.kernel import ProtocolRequest
from idp.oidc.models.refresh_token import RefreshToken
from idp.oidc.token import refreshing
from keys import opaque


def test_a_wider_scope_is_refused_before_the_token_is_used(alive, portal):
    secret = refreshing.first(alive)
    db.session.flush()
    joined = base64.b64encode(f"{portal.client_id}:{portal.secret}".encode()).decode()
    values = {"grant_type": "refresh_token", "refresh_token": secret, "scope": "openid email"}
    answer = server.server.token(ProtocolRequest({"Authorization": f"Basic {joined}"}, values))
    assert answer.body["error"] == "invalid_scope"
    assert not RefreshToken.is_spent(opaque.digest(secret))
