"""A SIRET as people type and paste it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.registry import siret
from idp.registry.siret import Fault, NotASiret

# Real numbers, of the parser only.
FIRM, LA_POSTE, LA_POSTE_OFFICE = "73282932000074", "35600000000048", "35600000049837"


@pytest.mark.parametrize(
    "text",
    [
        "73282932000074",
        "732 829 320 00074",
        "732.829.320.00074",
        "732-829-320-00074",
        "732\u00a0829\u202f320\u200900074",
        "732\u2011829\u2013320\u201400074",
        "\ufeff732\u200b829320\u200d00074\u2060",
        "\u202a73282932000074\u202c",
        "\t73282932000074\r\n",
    ],
)
def test_separators_and_invisible_marks_are_dropped(text: str):
    assert siret.parse(text) == FIRM


@pytest.mark.parametrize("text", [LA_POSTE, LA_POSTE_OFFICE])
def test_la_poste_has_a_rule_of_its_own(text: str):
    assert siret.parse(text) == text


def test_leading_zeros_are_kept():
    assert siret.parse("005 520 135 00012") == "00552013500012"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("35600000000011", Fault.CHECK_DIGIT),
        ("12345678900000", Fault.CHECK_DIGIT),
        ("73282932000075", Fault.CHECK_DIGIT),
        ("00000000000000", Fault.CHECK_DIGIT),
        ("00000000000018", Fault.CHECK_DIGIT),
        ("7328293200007", Fault.LENGTH),
        ("732829320000745", Fault.LENGTH),
        ("7" * 10_000, Fault.LENGTH),
        (FIRM + " " * 100 + "1", Fault.LENGTH),
        ("", Fault.CHARACTERS),
        ("MONACOCONFO001", Fault.CHARACTERS),
        ("\uff17\uff13\uff12" + FIRM[3:], Fault.CHARACTERS),
        ("7328293200007²", Fault.CHARACTERS),
        ("73282932000074\x00", Fault.CHARACTERS),
        ("732/829/320/00074", Fault.CHARACTERS),
        ("-73282932000074E", Fault.CHARACTERS),
        ("7,32E+13", Fault.SPREADSHEET),
        ("7.32829e+13", Fault.SPREADSHEET),
        ("7,3282932E13", Fault.SPREADSHEET),
    ],
)
def test_what_is_no_siret_is_refused_by_its_fault(text: str, fault: Fault):
    with pytest.raises(NotASiret) as refused:
        siret.parse(text)
    assert refused.value.fault == fault


@given(st.text())
def test_whatever_is_typed_gives_fourteen_digits_or_a_fault(text: str):
    try:
        digits = siret.parse(text)
    except NotASiret:
        return
    assert len(digits) == 14
    assert digits.isascii()
    assert digits.isdigit()


@given(st.integers(0, 13), st.integers(1, 9))
def test_one_wrong_digit_is_always_found(place: int, shift: int):
    wrong = FIRM[:place] + str((int(FIRM[place]) + shift) % 10) + FIRM[place + 1 :]
    with pytest.raises(NotASiret):
        siret.parse(wrong)
