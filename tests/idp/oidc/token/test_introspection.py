"""What a token is worth, and to whom it is told."""

import pytest

from idp import clock
from idp.oidc.errors import Refused
from idp.oidc.models import registered
from idp.oidc.models.grant import Grant
from idp.oidc.token import access_token, introspection, refreshing
from tests.builders import a_client


def test_either_token_of_the_client_is_told(alive, client, purpose):
    token = access_token.mint(alive, client, "sub", purpose, clock.now())
    assert introspection.introspect(token, client)["scope"] == "openid"
    assert introspection.introspect(refreshing.first(alive), client)["scope"] == " ".join(alive.scopes)


def test_an_ended_grant_leaves_nothing_active(alive, client, purpose):
    tokens = access_token.mint(alive, client, "sub", purpose, clock.now()), refreshing.first(alive)
    Grant.end(alive.id)
    assert [introspection.introspect(token, client) for token in tokens] == [introspection.INACTIVE] * 2


def test_a_token_that_names_another_client_than_its_grant_is_not_active(alive, purpose):
    other = registered.find(a_client().client_id)
    token = access_token.mint(alive, other, "sub", purpose, clock.now())
    assert introspection.introspect(token, other) == introspection.INACTIVE


def test_nobody_asks_without_a_token(client):
    with pytest.raises(Refused, match="token is required"):
        introspection.introspect(None, client)
