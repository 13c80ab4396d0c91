"""Passwords that are guessed first."""

import time

import pytest

from idp.accounts.blocklist import is_guessable

ABOUT = ["Zoé", "Lefèvre-Okonkwo", "Charpentes Vauquelin SARL", "732829320", "zoe.vauquelin"]


@pytest.mark.parametrize(
    "password",
    [
        "Batiment2026!",
        "Congespayes1",
        "Maconnerie75",
        "Bâtiment 1987",
        "B@timent2026!",
        "CIBTP-2026-Mars",
        "Maçonnerie_7538",
    ],
)
def test_words_of_the_trade_with_a_date_are_guessable(password: str):
    assert is_guessable(password)


@pytest.mark.parametrize("password", ["Password1!", "P@ssw0rd1!", "Qwertyuiop1", "!!Martin2026"])
def test_common_passwords_are_guessable_whatever_is_added_at_their_ends(password: str):
    assert is_guessable(password)


@pytest.mark.parametrize("password", ["Vauquelin2026!", "Okonkwo-Zoe1", "Aa732829320!", "LEFÈVRE zoé 12"])
def test_what_a_person_is_known_by_is_guessable(password: str):
    assert is_guessable(password, ABOUT)


def test_the_words_of_one_person_are_free_for_another():
    assert is_guessable("Okonkwo-Vauquelin1", ABOUT)
    assert not is_guessable("Okonkwo-Vauquelin1", ["Durand"])


@pytest.mark.parametrize("password", ["k7!Vopm-Rz2q", "Trois grues 4 tuiles bleues", "BtpXk7!mQ2zw"])
def test_other_passwords_may_be_chosen(password: str):
    assert not is_guessable(password, ABOUT)


def test_judging_is_quick_whatever_is_given():
    began = time.process_time()
    is_guessable("\u0344\u0301Aa1" * 8_000, ["x" * 100_000, "abc " * 10_000] * 20)
    assert time.process_time() - began < 0.05
