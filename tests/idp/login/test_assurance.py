"""What tokens say of how a person signed in."""

import pytest

from idp.login import assurance

ISSUER = "https://id.example.org"
RFC_8176 = {"face", "fpt", "geo", "hwk", "iris", "kba", "mca", "mfa", "otp", "pin", "pop", "pwd", "rba", "retina"}
RFC_8176 |= {"sc", "sms", "swk", "tel", "user", "vbm", "wia"}


def test_a_password_is_one_factor():
    assert assurance.amr(["pwd"]) == ["pwd"]
    assert assurance.acr(["pwd"], ISSUER) == "https://id.example.org/acr/1"


def test_methods_are_told_in_the_words_of_rfc_8176_and_one_of_proconnects():
    assert {word for words in assurance.AMR.values() for word in words} <= RFC_8176 | {"mail"}


def test_a_method_is_told_once():
    assert assurance.amr(["pwd", "pwd"]) == ["pwd"]


def test_what_is_no_proof_of_identity_has_no_word():
    with pytest.raises(KeyError):
        assurance.amr(["sms_certification"])


def test_only_levels_that_can_be_reached_are_announced():
    assert assurance.acr_values(ISSUER) == [assurance.acr(["pwd"], ISSUER)]
