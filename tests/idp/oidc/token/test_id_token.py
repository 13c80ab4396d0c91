"""ID tokens say what the grant knows."""

from idp import clock
from idp.oidc.token import id_token
from tests.relying_party import claims_of, half_hash


def minted(alive, client, **changes):
    options = {"scopes": ["openid"], "nonce": None, "access_token": "at", "now": clock.now()} | changes
    return claims_of(id_token.mint(alive, client, "sub", **options))


def test_the_sign_in_is_the_grants(alive, client):
    said = minted(alive, client)
    assert (said["acr"], said["amr"], said["sid"]) == (alive.acr, alive.amr, alive.sid)
    assert said["auth_time"] == int(alive.auth_time.timestamp())
    assert said["at_hash"] == half_hash("at", "RS256")


def test_a_claim_that_was_wished_never_replaces_one_of_the_protocol(alive, client):
    wishing = alive._replace(claims={"id_token": {"sub": {"value": "x"}, "iss": None, "name": None}})
    said = minted(wishing, client)
    assert (said["sub"], said["iss"], said["name"]) == ("sub", "http://localhost:8000", "Léa Martin")


def test_the_organization_follows_the_scope_of_this_token(alive, client):
    assert "organization" not in minted(alive, client)
    assert minted(alive, client, scopes=["openid", "organization"])["organization"]["id"] == str(alive.organization_id)
