"""A fund's colour stays legible, by day and by night."""

import re

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from idp.web import theme

CARD, DARK_CARD = (255, 255, 255), (26, 33, 40)


def used(colour: str) -> list[tuple[theme.RGB, theme.RGB]]:
    """(brand, text on it) by day, then by night."""
    pairs = re.findall(r"--brand: #(\w{6}); --on-brand: #(\w{6});", theme.stylesheet(colour))
    return [(tuple(bytes.fromhex(brand)), tuple(bytes.fromhex(text))) for brand, text in pairs]


@given(st.integers(0, 0xFFFFFF))
def test_any_colour_can_be_read_on_the_card_and_under_the_text_of_a_button(number: int):
    (day, on_day), (night, on_night) = used(f"{number:06x}")
    assert theme.contrast(day, CARD) >= 4.5
    assert theme.contrast(night, DARK_CARD) >= 4.5
    assert theme.contrast(on_day, day) >= 4.5
    assert theme.contrast(on_night, night) >= 4.5


def test_a_colour_that_can_be_read_is_left_as_it_is():
    assert used("17496e")[0][0] == (0x17, 0x49, 0x6E)


def test_contrast_goes_from_1_to_21():
    assert theme.contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert theme.contrast((90, 90, 90), (90, 90, 90)) == 1


def test_the_stylesheet_is_kept_for_ever(visitor: FlaskClient):
    response = visitor.get("/theme/17496e.css")
    assert response.mimetype == "text/css"
    assert "immutable" in response.headers["Cache-Control"]


@pytest.mark.parametrize("colour", ["17496E", "17496", "red", "17496e;}", "１７496e"])
def test_what_is_no_colour_has_no_stylesheet(visitor: FlaskClient, colour: str):
    assert visitor.get(f"/theme/{colour}.css").status_code == 404


def test_by_day_and_by_night_the_house_itself_can_be_read(visitor: FlaskClient):
    style = visitor.get("/static/style.css").text
    for block in style.split("@media")[:2]:
        colour = {name: tuple(bytes.fromhex(value)) for name, value in re.findall(r"--([\w-]+): #(\w{6});", block)}
        for ground in ("card", "page"):
            for text in ("text", "quiet", "brand", "error"):
                assert theme.contrast(colour[text], colour[ground]) >= 4.5, (text, ground)
        assert theme.contrast(colour["on-brand"], colour["brand"]) >= 4.5
        assert theme.contrast(colour["error"], colour["error-ground"]) >= 4.5
        assert theme.contrast(colour["edge"], colour["card"]) >= 3  # WCAG 1.4.11
