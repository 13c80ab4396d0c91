"""What an access token lets its client know; what HTTP shows of it stands in tests/protocol."""

from idp import clock
from idp.oidc.models import registered
from idp.oidc.models.grant import Grant
from idp.oidc.token import access_token, userinfo
from tests.builders import a_client


def test_the_client_is_known_only_by_a_good_token(alive, client, purpose):
    token = access_token.mint(alive, client, "sub", purpose, clock.now())
    assert userinfo.tell(token).client == client
    assert userinfo.tell(None).client is None
    assert userinfo.tell("x").client is None


def test_an_ended_grant_opens_nothing(alive, client, purpose):
    token = access_token.mint(alive, client, "sub", purpose, clock.now())
    Grant.end(alive.id)
    assert userinfo.tell(token).answer.body["error"] == "invalid_token"


def test_a_token_that_names_another_client_opens_nothing(alive, client, purpose):
    other = registered.find(a_client().client_id)
    token = access_token.mint(alive, other, "sub", purpose, clock.now())
    assert userinfo.tell(token).answer.body["error"] == "invalid_token"
