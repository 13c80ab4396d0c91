"""ID tokens (OpenID Connect Core 2, 3.1.3.6, 3.1.3.7)."""

from datetime import timedelta

import pytest

from idp import clock
from tests.browser import ISSUER
from tests.builders import a_client
from tests.relying_party import RelyingParty, header_of

ALLOWED = {*("iss", "sub", "aud", "azp", "iat", "exp", "auth_time", "acr", "amr", "sid", "at_hash", "nonce")}


def test_a_relying_party_finds_nothing_wrong(party, tokens):
    claims = party.checks(tokens)
    assert claims["acr"] == f"{ISSUER}/acr/1"
    assert claims["amr"] == ["pwd"]  # RFC 8176
    assert claims["sid"]
    assert claims["exp"] - claims["iat"] == 600


def test_nothing_is_told_that_was_not_asked(party, lea):
    """Core 5.4: claims of scopes are returned from the UserInfo Endpoint when an access token is issued."""
    assert party.checks(party.tokens_of(lea, scope="openid profile email")).keys() == ALLOWED


def test_the_organization_is_in_it_when_its_scope_was_asked(party, lea):
    claims = party.checks(party.tokens_of(lea, scope="openid organization"))
    assert claims["organization"]["id"] == str(lea.organization_id)
    assert "authorization_details" not in claims


@pytest.mark.parametrize("nonce", ["n", "x" * 300, 'é " \\ ü', "+%20"])
def test_a_nonce_comes_back_as_it_was(party, lea, nonce):
    party.checks(party.tokens_of(lea, nonce=nonce), nonce=nonce)


def test_no_nonce_is_invented(party, lea):
    """Core 2: if present in the Authentication Request … MUST; and never otherwise."""
    assert "nonce" not in party.checks(party.tokens_of(lea, nonce=None), nonce=None)


def test_auth_time_is_the_sign_ins_not_the_tokens(party, browser, lea):
    """Core 2 and 12.2: also after the person was recognized, and after a refresh."""
    first = party.checks(party.tokens_of(lea, browser))
    with clock.travel(timedelta(minutes=20)):
        recognized = party.tokens_of(lea, browser)
        refreshed = party.refreshes(recognized["refresh_token"])
        for reply, nonce in ((recognized, "nonce-456"), (refreshed, None)):
            claims = party.checks(reply, nonce=nonce)
            assert claims["auth_time"] == first["auth_time"]
            assert claims["iat"] >= first["iat"] + 1200


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_it_is_signed_with_the_registered_algorithm_and_names_its_key(app, lea, alg):
    """Core 3.1.3.7, and kid as the conformance suite asks."""
    with app.app_context():
        party = RelyingParty(app, a_client(id_token_signed_response_alg=alg))
    tokens = party.tokens_of(lea)
    party.checks(tokens)
    header = header_of(tokens["id_token"])
    assert (header["alg"], header["typ"]) == (alg, "JWT")
    assert header["kid"] in {key.kid for key in party.published()}


def test_each_sign_in_has_tokens_of_its_own(party, browser, lea):
    tokens = [party.tokens_of(lea, browser) for _ in range(3)]
    for name in ("access_token", "refresh_token", "id_token"):
        assert len({reply[name] for reply in tokens}) == 3
