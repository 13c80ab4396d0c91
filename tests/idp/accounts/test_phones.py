"""Telephone numbers as people of France and overseas type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.accounts import phones
from idp.accounts.phones import Fault, NotAPhone, Phone
from tests.rows import row

MOBILE = "+33612345678"
# What a plan that moves, an inattentive finger or a spiteful one types.
PIECES = st.sampled_from(
    ["+", "00", "0", "33", "262", "(0)", "(", ")", " ", ".", "-", "06", "0692", "979", ";ext=1", "tel:", "\uff10", "²"]
)


def fault_of(typed: str) -> Fault:
    with pytest.raises(NotAPhone) as refused:
        phones.parse(typed)
    return refused.value.fault


@pytest.mark.parametrize(
    "typed",
    [
        "06 12 34 56 78",
        "06.12.34.56.78",
        "06-12-34-56-78",
        "06/12/34/56/78",
        "(06) 12 34 56 78",
        "06\u00a012\u202f34\u201156\u200b78\r\n",
        "+33 6 12 34 56 78",
        "+33 (0)6 12 34 56 78",
        "+33 ( 0 ) 6 12 34 56 78",
        "+33 06 12 34 56 78",
        "0033 6 12 34 56 78",
        "0033 (0)6 12 34 56 78",
        "612345678",
        "\u202a+33612345678\u202c",
        "\uff10\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
        "\uff0b\uff13\uff13\uff08\uff10\uff09\uff16\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18",
    ],
)
def test_one_mobile_is_read_however_it_is_typed(typed: str):
    assert phones.parse(typed) == Phone(MOBILE, is_mobile=True)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0692 12 34 56", "+262692123456"),
        ("0693 12 34 56", "+262693123456"),
        ("0639 98 12 34", "+262639981234"),
        ("06 39 98 12 34", "+262639981234"),
        ("0690 12 34 56", "+590690123456"),
        ("0691 12 34 56", "+590691123456"),
        ("0694 12 34 56", "+594694123456"),
        ("0696 12 34 56", "+596696123456"),
        ("0697 12 34 56", "+596697123456"),
        ("0709 01 23 45", "+590709012345"),
        ("0709 12 34 56", "+596709123456"),
        ("0709 20 12 34", "+262709201234"),
        ("0709 30 12 34", "+594709301234"),
        ("0709 35 12 34", "+262709351234"),
        ("+33 692 12 34 56", "+262692123456"),
        ("0033 (0)696 12 34 56", "+596696123456"),
        ("+262 (0)692 12 34 56", "+262692123456"),
    ],
)
def test_a_mobile_of_overseas_in_its_national_form_gets_the_code_of_its_territory(typed: str, number: str):
    assert phones.parse(typed) == Phone(number, is_mobile=True)


@pytest.mark.parametrize(
    "number",
    [
        "+262692123456",
        "+590690123456",
        "+594694123456",
        "+596696123456",
        "+508551234",
        "+687751234",
        "+68987123456",
        "+681821234",
    ],
)
def test_each_territory_has_mobiles(number: str):
    assert phones.parse(number) == Phone(number, is_mobile=True)


@pytest.mark.parametrize(
    "number", ["+33712345678", "+33700123456", "+262639123456", "+590691123456", "+508708123456", "+687551234"]
)
def test_a_range_that_the_library_does_not_know_is_a_mobile_if_its_family_is(number: str):
    """The numbering plan moves faster than the library."""
    assert phones.parse(number) == Phone(number, is_mobile=True)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("01 99 00 12 34", "+33199001234"),
        ("0912345678", "+33912345678"),
        ("0800 123 456", "+33800123456"),
        ("0262 12 34 56", "+262262123456"),
        ("0269 61 12 34", "+262269611234"),
        ("0590 81 12 34", "+590590811234"),
        ("0594 31 12 34", "+594594311234"),
        ("0596 71 12 34", "+596596711234"),
        ("+687 44 12 34", "+687441234"),
        ("+687 88 12 34", "+687881234"),
        ("+681 72 12 34", "+681721234"),
        ("+590 694 12 34 56", "+590694123456"),
    ],
)
def test_what_is_fixed_or_over_the_internet_is_a_number_but_no_mobile(typed: str, number: str):
    assert phones.parse(typed) == Phone(number, is_mobile=False)


@row("SMS-4")
@pytest.mark.parametrize(
    "typed",
    [
        "+979 123 456 789",
        "+882 16 123 456",
        "00 882 16 123 456",
        "+870 123 456 789",
        "+881 612 345 678",
        "+1 900 123 4567",
        "+1 415 555 0123",
        "+32 470 12 34 56",
        "+44 7400 123456",
        "+999 123 456 789",
    ],
)
def test_a_foreign_a_satellite_and_a_premium_number_are_refused(typed: str):
    assert fault_of(typed) == Fault.COUNTRY


@row("SMS-4")
@pytest.mark.parametrize("typed", ["0899 12 34 56", "+33 8 99 12 34 56", "0033 (0)899 12 34 56"])
def test_a_number_that_whoever_calls_back_pays_for_is_refused(typed: str):
    assert fault_of(typed) == Fault.PREMIUM


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "+",
        "++33612345678",
        "33+612345678",
        "+33612345678;ext=12",
        "+33612345678 x12",
        "+33612345678 poste 12",
        "+33612345678#12",
        "tel:+33612345678",
        "0612CALLME",
        "06²1234567",
        "0612345678\x00",
        "06 12 34 56 78, 06 12 34 56 79",
    ],
)
def test_an_extension_an_uri_and_letters_are_refused(typed: str):
    assert fault_of(typed) == Fault.CHARACTERS


@pytest.mark.parametrize(
    "typed",
    ["112", "3912", "061234567", "06123456789", "0700012345678", "+3361234567", "+33", "+262", "0" * 64, "6" * 10_000],
)
def test_too_few_digits_and_too_many_are_refused(typed: str):
    assert fault_of(typed) == Fault.LENGTH


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (MOBILE, "06 12 34 56 78"),
        ("+33199001234", "01 99 00 12 34"),
        ("+262639981234", "06 39 98 12 34"),
        ("+262262123456", "02 62 12 34 56"),
        ("+590694123456", "+590 694 12 34 56"),  # 0694 is Guyane's: this one cannot be written so
        ("+262939912345", "+262 939 91 23 45"),
        ("+508551234", "+508 55 12 34"),
        ("+687751234", "+687 75 12 34"),
    ],
)
def test_a_number_is_shown_as_people_write_it(number: str, text: str):
    assert phones.shown(number) == text


@given(st.text() | st.lists(PIECES | st.text("0123456789", max_size=9), max_size=12).map("".join))
def test_whatever_is_typed_gives_a_number_that_reads_the_same_when_shown_or_a_fault(typed: str):
    try:
        phone = phones.parse(typed)
    except NotAPhone:
        return
    assert phones.parse(phone.number) == phone
    assert phones.parse(phones.shown(phone.number)) == phone


@given(st.sampled_from([33, *sorted(phones.COUNTRIES)]), st.text("0123456789", max_size=10))
def test_a_number_of_ours_keeps_its_digits(country: int, digits: str):
    try:
        phone = phones.parse(f"+{country}{digits}")
    except NotAPhone:
        return
    assert phone.number.endswith(digits.lstrip("0"))
    assert phone.number.startswith(tuple(f"+{code}" for code in phones.COUNTRIES))
