"""A code is spent before anything else is looked at; the rest stands in tests/protocol/test_token_endpoint.py."""

import pytest

from idp.oidc.errors import Refused
from idp.oidc.token.grants.authorization_code import _verify
from tests.browser import CHALLENGE, VERIFIER
from tests.rows import row


@row("OID-4")
def test_a_verifier_goes_with_its_challenge():
    """RFC 7636 4.6 and its appendix B."""
    _verify(CHALLENGE, VERIFIER)
    _verify(None, None)


@row("OID-4")
@pytest.mark.parametrize(
    ("challenge", "verifier"),
    [(CHALLENGE, None), (None, VERIFIER), (CHALLENGE, CHALLENGE), (CHALLENGE, VERIFIER[:42]), (CHALLENGE, "é" * 43)],
)
def test_anything_else_is_an_invalid_grant(challenge, verifier):
    with pytest.raises(Refused, match="invalid_grant"):
        _verify(challenge, verifier)
