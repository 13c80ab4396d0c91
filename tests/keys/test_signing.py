"""One signing key and its ages."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from keys import signing
from keys.errors import Unreadable
from tests.rows import row

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def pem(native):
    return native.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_a_key_survives_its_pem_and_keeps_its_name(alg):
    key = signing.generate(alg, NOON, HOUR)
    read = signing.from_pem(key.kid, alg, key.to_pem(), published_at=NOON, signs_from=NOON + HOUR)
    assert read == key
    assert read.public.as_dict() == key.public.as_dict()


@row("KEY-3")
def test_neither_the_public_half_nor_the_text_of_a_key_shows_the_private_one():
    key = signing.generate("RS256", NOON, HOUR)
    assert set(key.public.as_dict()) == {"kty", "n", "e", "kid", "alg", "use"}
    assert not key.public.is_private
    assert "key=" not in repr(key)


@row("KEY-2")
def test_each_key_has_a_name_of_its_own_the_thumbprint():
    keys = [signing.generate("ES256", NOON, HOUR) for _ in range(20)]
    assert len({key.kid for key in keys}) == 20
    assert keys[0].kid == keys[0].public.thumbprint()


@row("KEY-1")
@pytest.mark.parametrize(
    ("alg", "native"),
    [
        ("ES256", rsa.generate_private_key(65537, 2048)),
        ("RS256", ec.generate_private_key(ec.SECP256R1())),
        ("RS256", rsa.generate_private_key(65537, 1024)),
        ("ES256", ec.generate_private_key(ec.SECP384R1())),
        ("RS256", ed25519.Ed25519PrivateKey.generate()),
        ("HS256", rsa.generate_private_key(65537, 2048)),
    ],
)
def test_a_key_is_good_for_one_algorithm_and_large_enough(alg, native):
    with pytest.raises(Unreadable):
        signing.from_pem("kid", alg, pem(native), published_at=NOON, signs_from=NOON)


@pytest.mark.parametrize("text", [b"", b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", b"\x00\xff"])
def test_what_is_no_key_is_unreadable(text):
    with pytest.raises(Unreadable):
        signing.from_pem("kid", "RS256", text, published_at=NOON, signs_from=NOON)


@row("KEY-2")
def test_the_ages_of_a_key_decide_what_it_does():
    key = replace(signing.generate("ES256", NOON, HOUR), retires_at=NOON + 3 * HOUR, verifies_until=NOON + 4 * HOUR)
    ages = [(key.is_retired(NOON + hours * HOUR), key.verifies(NOON + hours * HOUR)) for hours in range(2, 5)]
    assert ages == [(False, True), (True, True), (True, False)]
