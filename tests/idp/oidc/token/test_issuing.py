"""The token response."""

from idp.oidc.token import issuing


def test_it_holds_what_the_scopes_ask_for(alive, client):
    bare = issuing.answer(alive, client, scopes=["profile"], refresh_token=None)
    assert bare.keys() == {"access_token", "token_type", "expires_in", "scope"}
    full = issuing.answer(alive, client, scopes=["openid", "organization"], refresh_token="r", nonce="n")
    assert full.keys() - bare.keys() == {"id_token", "refresh_token", "authorization_details"}
