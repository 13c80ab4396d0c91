"""The password policy."""

import time
import unicodedata
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from idp.accounts.passwords import LONGEST, SHORTEST, Weakness, broken_rules, weaknesses
from tests import worlds
from tests.rows import row
from tests.stolen import a_list
from tests.worlds import Template

GOOD = "Chantier 2026"


@row("PWD-1")
@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "Écluse12",  # É is an upper case letter
        "ÉCLUSES élues",  # two cases and a space
        "пароль-Ы",  # any script
        "mkvopaG1",
        "mkvopa1!",
        "x1 " * 42 + "é1",
    ],
)
def test_eight_characters_of_three_classes_are_enough(password: str):
    assert broken_rules(password) == []


@row("PWD-1")
@pytest.mark.parametrize("password", ["chantier", "CHANTIER 1"[:8], "12345678", "chantier12", "écluseéé1", "        "])
def test_fewer_classes_are_refused(password: str):
    assert broken_rules(password) == [Weakness.TOO_FEW_CLASSES]


@row("PWD-1")
def test_characters_are_counted_after_composition():
    seven = unicodedata.normalize("NFD", "Éé1aaaa")
    assert len(seven) == 9
    assert broken_rules(seven) == [Weakness.TOO_SHORT]
    assert broken_rules(unicodedata.normalize("NFD", "Éé1aaaaa")) == []


@row("PWD-1")
def test_the_longest_is_accepted_and_one_more_is_refused_not_cut():
    longest = "Aa1" + "x" * (LONGEST - 3)
    assert broken_rules(longest) == []
    assert broken_rules(longest + "x") == [Weakness.TOO_LONG]


@row("PWD-1")
def test_every_reason_is_told_at_once():
    assert broken_rules("abc") == [Weakness.TOO_SHORT, Weakness.TOO_FEW_CLASSES]
    assert broken_rules("") == [Weakness.TOO_SHORT, Weakness.TOO_FEW_CLASSES]


@row("PWD-1")
@given(st.text(max_size=200))
def test_the_length_alone_decides_too_short_and_too_long(password: str):
    length = len(unicodedata.normalize("NFC", password))
    found = broken_rules(password)
    assert (Weakness.TOO_SHORT in found) == (length < SHORTEST)
    assert (Weakness.TOO_LONG in found) == (length > LONGEST)


@row("PWD-1")
@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Nd", "Zs"]), min_size=8, max_size=60))
def test_composition_changes_no_verdict(password: str):
    decomposed = unicodedata.normalize("NFD", password)
    assert broken_rules(decomposed) == broken_rules(unicodedata.normalize("NFC", password))


@row("PWD-3")
@pytest.mark.parametrize("password", ["Aa1" + "x" * 125, "e\u0301" * 128, "A" * 16_000, "\u0344\u0301" * 8_000])
def test_judging_is_quick_whatever_is_typed(app: Flask, password: str):
    with app.app_context():
        began = time.process_time()
        weaknesses(password)
    assert time.process_time() - began < 0.05


@row("PWD-2")
@pytest.mark.parametrize("password", ["Batiment2026!", "Congespayes1", "Maconnerie75", "Password1!"])
def test_what_is_guessed_first_is_refused_though_it_keeps_the_rules(app: Flask, password: str):
    with app.app_context():
        assert weaknesses(password) == [Weakness.GUESSABLE]


@row("PWD-2")
def test_what_the_person_is_known_by_is_refused(app: Flask):
    with app.app_context():
        assert weaknesses("Vauquelin-2026") == []
        assert weaknesses("Vauquelin-2026", about=["Vauquelin"]) == [Weakness.GUESSABLE]


def test_the_rules_in_sight_come_first(app: Flask):
    with app.app_context():
        assert weaknesses("maconnerie") == [Weakness.TOO_FEW_CLASSES]


@row("PWD-2")
def test_what_was_stolen_elsewhere_is_refused_by_the_operators_list(template: Template, tmp_path: Path):
    app = template.sqlite(tmp_path, breached_passwords=a_list(tmp_path, "Trois-Grues-Bleues-4"))
    with app.app_context():
        assert weaknesses("Trois-Grues-Bleues-4") == [Weakness.BREACHED]
        assert weaknesses("Autre-Grue-Rouge-5") == []
    worlds.close(app)
