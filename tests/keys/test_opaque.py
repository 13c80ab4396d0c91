"""Opaque secrets."""

from hypothesis import given
from hypothesis import strategies as st

from keys import opaque


def test_a_secret_has_256_bits_and_needs_no_escaping():
    secret = opaque.make()
    assert len(secret) == 43
    assert secret.replace("-", "").replace("_", "").isalnum()
    assert secret != opaque.make()


def test_a_digest_is_sha_256():
    assert opaque.digest("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@given(st.text(st.characters()), st.text(st.characters()))
def test_only_the_secret_matches_its_digest_whatever_is_presented(secret, other):
    assert opaque.matches(secret, opaque.digest(secret))
    assert opaque.matches(other, opaque.digest(secret)) == (other == secret)
    assert not opaque.matches("\ud800" + secret, opaque.digest(secret))


def test_digits_are_as_many_as_asked_for_and_each_is_as_likely():
    made = [opaque.make_digits(6) for _ in range(2000)]
    assert all(len(code) == 6 and code.isdigit() for code in made)
    assert {code[0] for code in made} == set("0123456789")
    assert len(set(made)) > 1900
