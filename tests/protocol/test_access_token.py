"""JWT access tokens (RFC 9068)."""

import pytest
from joserfc import jwt

from tests.browser import ISSUER
from tests.builders import a_client, a_member
from tests.relying_party import RelyingParty, claims_of, header_of


def test_it_says_what_rfc_9068_requires(party, tokens, lea):
    """RFC 9068 2.1 and 2.2."""
    header = header_of(tokens["access_token"])
    claims = jwt.decode(tokens["access_token"], party.published(), algorithms=["ES256"]).claims
    assert (header["typ"], header["alg"]) == ("at+jwt", "ES256")
    assert (claims["iss"], claims["aud"]) == (ISSUER, ISSUER)
    assert claims["client_id"] == party.portal.client_id
    assert claims["exp"] - claims["iat"] == tokens["expires_in"]
    assert claims["sub"] == party.checks(tokens)["sub"]
    assert claims["scope"] == tokens["scope"]
    assert len(claims["jti"]) == 43
    assert {"auth_time", "acr", "amr"} <= claims.keys()  # 2.2.1


def test_no_two_have_the_same_jti(party, tokens):
    again = party.refreshes(tokens["refresh_token"])
    assert claims_of(tokens["access_token"])["jti"] != claims_of(again["access_token"])["jti"]


def test_the_organization_is_said_as_authorization_details(app):
    """RFC 9396 9.1; the claim `organization` is for ID token and userinfo."""
    with app.app_context():
        party, colleague = RelyingParty(app, a_client()), a_member(holder=False)
    tokens = party.tokens_of(colleague)
    claims = claims_of(tokens["access_token"])
    assert "organization" not in claims
    assert claims["authorization_details"] == tokens["authorization_details"]
    (details,) = tokens["authorization_details"]
    assert details["identifier"] == str(colleague.organization_id)
    assert details["privileges"] == ["documents:read"]
    assert details.keys() == {"type", "identifier", "fund", "siret", "member_number", "privileges"}


def test_no_personal_claim_is_in_it(party, lea):
    tokens = party.tokens_of(lea, scope="openid profile email phone organization")
    assert {"email", "name", "phone_number"}.isdisjoint(claims_of(tokens["access_token"]))
    assert lea.email not in str(claims_of(tokens["access_token"]))


@pytest.mark.parametrize("alg", ["ES256", "RS256"])
def test_it_is_signed_with_the_registered_algorithm(app, lea, alg):
    with app.app_context():
        party = RelyingParty(app, a_client(access_token_signing_alg=alg))
    tokens = party.tokens_of(lea)
    assert header_of(tokens["access_token"])["alg"] == alg
    assert party.userinfo(tokens["access_token"]).ok
