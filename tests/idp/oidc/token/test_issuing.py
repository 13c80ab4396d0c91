"""The token response."""

from idp.oidc.token import issuing


def test_it_holds_what_the_scopes_ask_for(alive, client, purpose):
    bare = issuing.answer(alive, client, audience=purpose.audience, scopes=["profile"], refresh_token=None)
    assert bare.keys() == {"access_token", "token_type", "expires_in", "scope"}
    full = issuing.answer(
        alive, client, audience=purpose.audience, scopes=["openid", "organization"], refresh_token="r", nonce="n"
    )
    assert full.keys() - bare.keys() == {"id_token", "refresh_token", "authorization_details"}
