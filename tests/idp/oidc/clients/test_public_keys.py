"""Which JWK Sets a client may have."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey

from idp.oidc.clients.public_keys import LONGEST, MOST_KEYS, NoKeys, usable
from tests.rows import row
from tests.signers import JWKS

EC = ECKey.generate_key("P-256", {"kid": "ec"})
PUBLIC: dict[str, Any] = EC.as_dict(private=False)


def refusal(jwks: object) -> str:
    with pytest.raises(NoKeys) as told:
        usable(jwks)
    return str(told.value)


def test_the_keys_that_verify_are_found_by_their_name():
    assert {key.kid for key in usable(JWKS)} == {"rsa", "ec", "ed"}


@row("OID-7")
@pytest.mark.parametrize(
    "jwks",
    [None, {}, [], "x", {"keys": {}}, {"keys": ["x"]}, {"keys": [[]]}, {"keys": None}, {"keys": [PUBLIC], "x": {1}}, 7],
    ids=["nothing", "empty", "list", "text", "an object", "of text", "of lists", "null", "a set inside", "number"],
)
def test_what_is_no_jwk_set_is_refused(jwks: object):
    assert refusal(jwks)


@row("OID-7")
def test_a_private_or_shared_key_spoils_the_set():
    for key in (EC.as_dict(private=True), OctKey.generate_key(256, {"kid": "oct"}).as_dict()):
        assert "private" in refusal({"keys": [PUBLIC, key]})


@row("OID-7", "KEY-1")
def test_keys_that_are_weak_unnamed_or_for_something_else_are_left_out():
    weak = RSAKey.generate_key(1024, {"kid": "weak"}).as_dict(private=False)
    other_curve = ECKey.generate_key("P-384", {"kid": "p384"}).as_dict(private=False)
    unnamed = {name: value for name, value in PUBLIC.items() if name != "kid"}
    left_out = [weak, other_curve, unnamed, PUBLIC | {"use": "enc"}, {"kty": "new", "kid": "n"}, PUBLIC | {"x": "!"}]
    assert "no key" in refusal({"keys": left_out})
    assert [key.kid for key in usable({"keys": [*left_out, PUBLIC]})] == ["ec"]


def test_a_set_is_bounded_and_its_names_are_its_own():
    assert "same kid" in refusal({"keys": [PUBLIC, PUBLIC]})
    assert "more than" in refusal({"keys": [PUBLIC | {"kid": str(n)} for n in range(MOST_KEYS + 1)]})
    assert "longer" in refusal({"keys": [PUBLIC | {"note": "x" * LONGEST}]})
