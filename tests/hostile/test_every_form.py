"""Forms filled with anything: the page again or a refusal, never a crash (OID-15, INP-3)."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from urllib.parse import quote_plus, urlencode

import pytest
from flask import Flask

from idp.accounts.views import menus
from tests.browser import ISSUER
from tests.hostile.doors import DOORS, House
from tests.hostile.forms import Fields
from tests.rows import row

FORM = "application/x-www-form-urlencoded"
HOSTILE = (
    "",
    "a\0b",
    "\x85\u2028\u200b\ufeff\U0010ffff\r\nBcc: all@example.org",
    "<script>alert(1)</script>{{ 7*7 }}%s%n' OR 1=1 --",
    "9" * 5000,
    "é" * 2000,
    "-1e999²³①٣",
    "00000000-0000-0000-0000-000000000000",
    "9999-12-31",
    "ſ@ⓔxample.org",
)
NOT_UTF8 = ("%FF%C0%80%ED%A0%80", "%zz%u0041%")
ALIKE = set(menus.MENUS) - {"documents"}
"""Fields that are read as another one is."""


Spoil = Callable[[dict[str, str]], str]
"""From what a form holds to what is sent."""


def spoils(names: Iterable[str]) -> Iterator[Spoil]:
    """Each field spoilt in every way, one at a time; then the whole form."""
    for name in sorted(set(names) - ALIKE):
        yield from (partial(_with, name, text) for text in HOSTILE)
        yield from (partial(_with_raw, f"&{quote_plus(name)}={text}") for text in NOT_UTF8)
    yield from (partial(_with_raw, end) for end in ("&", "&=&&=", "&".join(f"f{n}=" for n in range(1500))))
    yield from (lambda held: "", lambda held: urlencode(list(held.items()) * 2))


def _with(name: str, text: str, held: dict[str, str]) -> str:
    return urlencode(held | {name: text})


def _with_raw(end: str, held: dict[str, str]) -> str:
    return urlencode(held) + end


@pytest.mark.parametrize("door", DOORS)
def test_its_key_opens_a_door(app: Flask, door: str):
    browser = DOORS[door](House(app))
    assert not browser.key or browser.submit(**browser.key).status != 422, browser.page.text


@row("INP-3")
@pytest.mark.parametrize("door", DOORS)
def test_whatever_is_typed_is_answered(strict_house: House, door: str):
    """… in one field, while the others hold what opens the door."""
    browser = DOORS[door](strict_house)
    held = Fields(browser.page.text).held | browser.key
    for spoil in spoils(list(held)):
        assert "csrf_token" in held, browser.page.text
        data = spoil(held)
        told = browser.client.post(browser.page.url, data=data, content_type=FORM, base_url=ISSUER)
        assert told.status_code < 500, data
        if told.status_code not in (200, 400, 413, 422):  # that door has closed behind us: another one
            browser = DOORS[door](House(strict_house.app))
            held = Fields(browser.page.text).held | browser.key
