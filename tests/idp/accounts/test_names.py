"""A name corrected, or another person."""

import pytest

from idp.accounts.names import are_one_person


@pytest.mark.parametrize(
    ("names", "other"),
    [
        (("Léa", "Martin"), ("LEA", "MARTIN")),
        (("Lea", "Martin"), ("Léa", "Martin")),
        (("Jean", "Dupont"), ("Jean-Pierre", "Dupont")),
        (("Jean Pierre", "Dupont"), ("Jean-Pierre", "Dupont")),
        (("Léa", "Martin"), ("Léa", "Durand Martin")),
        (("Chloé", "Lefebvre"), ("Chloé", "Lefebre")),
        (("Frédéric", "Œuvrard"), ("Frederic", "Œuvrard")),
    ],
)
def test_a_spelling_is_corrected(names: tuple[str, str], other: tuple[str, str]):
    assert are_one_person(names, other)
    assert are_one_person(other, names)


@pytest.mark.parametrize(
    ("names", "other"),
    [
        (("Jean", "Dupont"), ("Luc", "Dupont")),
        (("Jean", "Martin"), ("Jean", "Durand")),
        (("Léa", "Martin"), ("Karim", "Benali")),
        (("Léa", "Martin"), ("", "")),
    ],
)
def test_another_person_is_another_person(names: tuple[str, str], other: tuple[str, str]):
    assert not are_one_person(names, other)
