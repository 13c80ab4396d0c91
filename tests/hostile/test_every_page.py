"""Every address that answers GET, with anything in its path and its query, by anybody: no crash, no change, no leak."""

from collections.abc import Iterator

import pytest
from flask import Flask

from idp.db import new_id
from tests.browser import ISSUER
from tests.hostile.doors import DOORS, House
from tests.rows import row

QUERIES = ("search", "page", "lang", "fund", "journey_id", "posted", "portal", "client_id", "v", "next")
TEXTS = ("%00", "a%00b", "%FF", "%ED%A0%80", "%0D%0ASet-Cookie:%20a=b", "9" * 400, "-1", "1e9", "%C2%B2", "a" * 3000)
TEXTS += ("%3Cscript%3E", "..%2F..%2Fetc%2Fpasswd", "%2F%2Fevil.example", "%25%5C_", "٣", "null", "[]", "%F0%9F%98%80")


def hostile_gets(app: Flask) -> Iterator[str]:
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()):
            continue
        ids = {name: new_id() for name in rule.arguments if name in rule._converters and name.endswith("_id")}
        plain = dict.fromkeys(rule.arguments, "x") | ids | dict(rule.defaults or {})
        path = adapter.build(rule.endpoint, plain)
        yield path
        yield from (f"{path}?{name}={text}" for name in QUERIES for text in TEXTS)
        yield from (f"{path}?{text}" for text in TEXTS)
        if "x" in plain.values():
            yield from (path.replace("/x", f"/{text}") for text in TEXTS)


@row("INP-3", "OID-15")
def test_any_text_in_an_address_is_answered(house: House):
    browser = house.visitor(signed_in=True)
    for url in hostile_gets(house.app):
        told = browser.client.get(url, base_url=ISSUER)
        assert told.status_code < 500, url


@row("INP-3")
@pytest.mark.parametrize("door", DOORS)
def test_any_text_in_the_address_of_a_living_page_is_answered(house: House, door: str):
    browser = DOORS[door](house)
    place = browser.page.url.partition("?")[0]
    for query in (f"{name}={text}" for name in QUERIES[:5] for text in TEXTS):
        told = browser.client.get(f"{place}?{query}", base_url=ISSUER)
        assert told.status_code < 500, query
