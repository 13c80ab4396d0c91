"""The words of the letters."""

from uuid import uuid4

import pytest
from flask import Flask

from idp.registry.letters import words
from idp.registry.letters.models import Claim
from idp.registry.letters.words import Letterhead
from tests.builders import a_fund
from tests.rows import row

LEA = ("Mme", "Léa", "Martin")


def claim(address: list[str], name: str = "Maçonnerie Martin", holder: tuple[str | None, ...] = LEA) -> Claim:
    return Claim(uuid4(), 1, uuid4(), "N1", name, *holder, address, False)


@pytest.mark.parametrize(
    ("one", "printed"),
    [
        (claim(["1 RUE A", "00000 B"]), ("Maçonnerie Martin", "À l’attention de Mme Léa Martin", "1 RUE A", "00000 B")),
        (claim(["MAÇONNERIE MARTIN", "1 RUE A", "00000 B"]), ("MAÇONNERIE MARTIN", "1 RUE A", "00000 B")),
        (claim(["1 RUE A", "", " ", "00000 B"], holder=(None,) * 3), ("Maçonnerie Martin", "1 RUE A", "00000 B")),
        (claim(list("123456")), tuple("123456")),
        (claim(list("12345")), ("Maçonnerie Martin", *"12345")),
        (claim(list("1234567")), tuple("123456")),
    ],
)
def test_the_window_shows_six_lines_at_most_with_the_names_on_top(app: Flask, one: Claim, printed: tuple[str, ...]):
    with app.app_context():
        assert words.addressed(one) == printed


def test_a_letterhead_names_the_fund_its_colour_and_our_one_address(template, tmp_path):
    app = template.sqlite(tmp_path, issuer="http://localhost:8000")
    with app.app_context():
        fund = a_fund(
            colours={"brand": "#1f5c4d"}, website="https://caisse.example.org/", contact_phone="01 99 00 12 34"
        )
        head = Letterhead.of(fund)
        assert (head.name, head.colour, head.site) == (fund.name, "#1f5c4d", "http://localhost:8000")
        assert head.contact == ("01 99 00 12 34", "contact@fund.example.org", "caisse.example.org")
        assert Letterhead.of(a_fund()).colour == "#17496e"


def test_a_picture_that_cannot_be_printed_is_replaced_by_the_name(app: Flask):
    with app.app_context():
        assert Letterhead.of(a_fund(logo="data:image/svg+xml;base64,PHN2Zy8+")).logo is None
        assert Letterhead.of(a_fund(logo="data:image/png;base64,iVBORw0KGgo=")).logo == b"\x89PNG\r\n\x1a\n"


@row("OPN-3")
def test_neither_letter_asks_for_anything_and_both_say_what_we_never_ask(app: Flask):
    with app.app_context():
        head = Letterhead.of(a_fund())
        for kind in ("welcome", "code"):
            _, caution = words.caution(kind, head)
            assert "Aucun message de notre part ne vous demandera votre mot de passe" in caution
