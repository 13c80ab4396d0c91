"""A fund's colour as a stylesheet of its own, since the content policy allows no inline style."""

import re
from typing import NamedTuple

from flask import Response, abort

_WHITE, _BLACK = (255, 255, 255), (0, 0, 0)
_CARD, _DARK_CARD = (255, 255, 255), (26, 33, 40)  # --card of static/style.css, by day and by night
_LEGIBLE = 4.5  # WCAG 1.4.3: contrast of text with what it stands on

FOR_EVER = "public, max-age=31536000, immutable"

RGB = tuple[int, int, int]

HOUSE = "17496e"
"""The network's own colour, --brand of static/style.css by day."""


class Colours(NamedTuple):
    """A colour that can be read on white, and that of the text on it, as `#rrggbb`."""

    brand: str
    on_brand: str


def show(colour: str) -> Response:
    """The stylesheet of one colour, six hexadecimal digits. It depends on its address alone, so it is kept for ever."""
    if not re.fullmatch(r"[0-9a-f]{6}", colour, re.ASCII):
        abort(404)
    response = Response(stylesheet(colour), mimetype="text/css")
    response.headers["Cache-Control"] = FOR_EVER
    return response


def stylesheet(colour: str) -> str:
    """The colour as it may be used by day and by night: darkened or lightened until text in it can be read."""
    brand = _parsed(colour)
    day, night = _towards(_BLACK, brand, _CARD), _towards(_WHITE, brand, _DARK_CARD)
    dark = "@media screen and (prefers-color-scheme: dark)"  # what is printed is on white
    return f":root {{ {_properties(day)} }}\n{dark} {{ :root {{ {_properties(night)} }} }}\n"


def by_day(colour: str) -> Colours:
    """The colour for what has no stylesheet of its own: a mail."""
    brand = _towards(_BLACK, _parsed(colour), _CARD)
    return Colours(_written(brand), _written(_on(brand)))


def contrast(one: RGB, other: RGB) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _properties(brand: RGB) -> str:
    return f"--brand: {_written(brand)}; --on-brand: {_written(_on(brand))};"


def _on(brand: RGB) -> RGB:
    return max(_WHITE, _DARK_CARD, key=lambda text: contrast(text, brand))


def _towards(end: RGB, brand: RGB, ground: RGB) -> RGB:
    for step in range(21):
        mixed = _mixed(brand, end, step / 20)
        if contrast(mixed, ground) >= _LEGIBLE:
            return mixed
    return end


def _mixed(one: RGB, other: RGB, part: float) -> RGB:
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue


def _luminance(colour: RGB) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _parsed(colour: str) -> RGB:
    red, green, blue = bytes.fromhex(colour)
    return red, green, blue


def _written(colour: RGB) -> str:
    return "#" + bytes(colour).hex()
