"""The canonical form of a login."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.accounts.logins import canonical, throttled_as
from tests.rows import row

LEA = "lea@example.org"


@row("LOG-4")
@pytest.mark.parametrize(
    "typed",
    ["lea@example.org", "LEA@EXAMPLE.ORG", " Lea@Example.org\t", "\u00a0lea@example.org", "lea@\uff45xample.org"],
)
def test_every_spelling_is_one_login(typed: str):
    assert canonical(typed) == LEA
    assert throttled_as(typed) == LEA


@pytest.mark.parametrize(
    ("typed", "form"),
    [
        ("lea@\u00e9cluse.example.org", "lea@xn--cluse-9ra.example.org"),
        ("lea@e\u0301cluse.example.org", "lea@xn--cluse-9ra.example.org"),
        ("lea@XN--CLUSE-9RA.example.org", "lea@xn--cluse-9ra.example.org"),
        ("lea@\u24d4xample.org", LEA),
        ("l.e.a@example.org", "l.e.a@example.org"),
        ("lea+btp@example.org", "lea+btp@example.org"),
    ],
)
def test_the_domain_is_the_one_asked_and_the_mailbox_is_left_alone(typed: str, form: str):
    assert canonical(typed) == form


@pytest.mark.parametrize(
    "typed",
    [
        "\u212aarim@example.org",  # the Kelvin sign: composed, it is a K
        "lea\u017f@example.org",  # the long s: in upper case, an S
        "l\u0131a@example.org",  # the dotless i
        "\uff4cea@example.org",  # a full-width l
        "l\u00e9a@example.org",
        "lea\u200b@example.org",
        "lea@example.org@example.com",
        "lea@[127.0.0.1]",
        "Léa <lea@example.org>",
        '"lea"@example.org',
        "lea@example.org,karim@example.org",
        "lea@localhost",
        "lea@example.org\0",
        "lea@example.org\r\nBcc: karim@example.org",
        "lea",
        "@",
        "",
        "lea@" + "a." * 125 + "org",
    ],
)
def test_what_could_be_taken_for_another_mailbox_is_no_address(typed: str):
    assert canonical(typed) is None


@row("LOG-4")
def test_what_is_no_address_is_counted_apart_from_every_address():
    for typed in ("\u212aarim@example.org", "lea@example.org@example.com", "lea", ""):
        assert throttled_as(typed).startswith(" ")
    assert throttled_as("Lea ") == throttled_as("lea")


@given(st.emails())
def test_the_form_of_a_form_is_itself(typed: str):
    form = canonical(typed)
    assert form is None or canonical(form) == form


@given(st.text(max_size=400))
def test_nothing_typed_is_an_error(typed: str):
    assert throttled_as(typed) == (canonical(typed) or throttled_as(typed))
