"""Proof key for code exchange, at the authorization endpoint (RFC 7636)."""

import pytest
from authlib.oauth2.rfc6749.errors import InvalidRequestError

from idp.oidc.authorization.pkce import challenge_of
from tests.clients import a_registered_client
from tests.rows import row

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"  # RFC 7636, appendix B


def test_a_challenge_of_s256_is_kept_with_the_code():
    assert challenge_of(a_registered_client(), CHALLENGE, "S256") == CHALLENGE


@row("OID-4")
@pytest.mark.parametrize(
    ("challenge", "method"),
    [
        (None, None),
        (None, "S256"),
        (CHALLENGE, None),
        (CHALLENGE, "plain"),
        (CHALLENGE, "s256"),
        (CHALLENGE[:-1], "S256"),
        (CHALLENGE + "A", "S256"),
        (CHALLENGE[:-1] + "=", "S256"),
        (CHALLENGE[:-1] + "é", "S256"),
        (CHALLENGE + "\n", "S256"),
    ],
)
def test_a_missing_plain_or_malformed_challenge_is_refused(challenge, method):
    with pytest.raises(InvalidRequestError):
        challenge_of(a_registered_client(), challenge, method)


def test_a_client_that_need_not_may_do_without():
    assert challenge_of(a_registered_client(require_pkce=False), None, None) is None


@row("OID-4")
def test_a_client_that_need_not_is_held_to_what_it_sends():
    with pytest.raises(InvalidRequestError):
        challenge_of(a_registered_client(require_pkce=False), CHALLENGE, "plain")
