"""Provisional codes: drawn from 40 bits, read as typed, kept as slow hashes."""

import math
import re
from collections import Counter
from datetime import timedelta

import pytest

from keys import postal
from keys.passwords import CHEAP, POSTAL
from keys.postal import PostalCodes
from keys.purposes import PurposeKeys
from keys.vault import Vault
from tests.rows import row

LEA, KARIM = "organization-1", "organization-2"


def codes(*versions: int, profile=CHEAP) -> PostalCodes:
    vault = Vault({version: bytes([version]) * 31 + b"x" for version in versions or (1,)})
    return PostalCodes(profile, PurposeKeys(vault), (1, 2, timedelta(seconds=2)))


def check(kept: PostalCodes, owner: str, hashes: list[str | None], typed: str) -> list[bool]:
    with kept.place():
        return kept.check(owner, hashes, typed)


@row("OPN-2")
def test_a_code_is_eight_of_crockfords_symbols_which_is_forty_bits():
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{8}", postal.make())
    assert len(set(postal.ALPHABET)) == 32
    assert not set("ILOU") & set(postal.ALPHABET)
    assert postal.LENGTH * math.log2(len(postal.ALPHABET)) == 40


@row("OPN-2")
def test_every_symbol_is_as_likely_at_every_place_and_no_code_comes_twice():
    made = [postal.make() for _ in range(16_000)]
    assert len(set(made)) == len(made)  # by chance twice in 8 000 such runs
    for place in range(postal.LENGTH):
        counted = Counter(code[place] for code in made)
        # chi-square with 31 degrees of freedom: over 100 once in 10^8
        assert sum((counted[symbol] - 500) ** 2 / 500 for symbol in postal.ALPHABET) < 100


@row("OPN-2")
@pytest.mark.parametrize(
    "typed",
    ["K10F3M9T", "k10f3m9t", " K10F 3M9T ", "K10F-3M9T", "k1of-3m9t", "KI0F3M9T", "kl0f 3m9t", "K1OF\u00a03M\u20149T"],
)
def test_a_code_is_read_as_people_type_it(typed: str):
    assert postal.read(typed) == "K10F3M9T"


@pytest.mark.parametrize(
    "typed", ["", "K10F3M9", "K10F3M9TT", "K10F3M9U", "é" * 8, "١" * 8, "0" * 65, "00000000" + " " * 60]
)
def test_what_is_no_code_is_read_as_none(typed: str):
    assert postal.read(typed) is None


@row("OPN-3")
def test_a_hash_is_argon2id_of_the_postal_profile():
    (hashed,) = codes(profile=POSTAL).hash_all([(LEA, "K10F3M9T")])
    assert hashed.startswith("$argon2id$v=19$m=8192,t=1,p=1$")


@row("OPN-3")
def test_without_the_vaults_key_a_hash_cannot_be_tried():
    kept = codes(1).hash_all([(LEA, "K10F3M9T")])
    assert check(codes(1), LEA, kept, "k10f 3m9t") == [True]
    assert check(codes(2), LEA, kept, "K10F3M9T") == [False]


def test_a_code_is_good_for_its_owner_only():
    house = codes()
    kept = house.hash_all([(LEA, "K10F3M9T"), (KARIM, "K10F3M9T")])
    assert check(house, KARIM, kept, "K10F3M9T") == [False, True]


def test_a_former_key_still_verifies_while_it_is_kept():
    kept = codes(1).hash_all([(LEA, "K10F3M9T")])
    assert check(codes(1, 2), LEA, kept, "K10F3M9T") == [True]


@pytest.mark.parametrize("typed", ["K10F3M9T", "K10F3M9V", "no code at all", ""])
def test_every_answer_costs_the_same_hashes(typed: str):
    house = codes()
    (kept,) = house.hash_all([(LEA, "K10F3M9T")])
    for hashes in ([kept, None, None], [None, None, kept], [None, None, None]):
        before = house.verifications
        check(house, LEA, hashes, typed)
        assert house.verifications - before == 3


def test_nothing_typed_is_ever_the_code_of_nothing():
    house = codes()
    (kept,) = house.hash_all([(LEA, "K10F3M9T")])
    assert check(house, LEA, [kept, None], "") == [False, False]
