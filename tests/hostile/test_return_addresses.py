"""Addresses that look like ours or like a portal's: none is followed, and none becomes a link (OID-2, BRW-4, OUT-1)."""

import json
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.browser import ISSUER, request_of
from tests.builders import CALLBACK, a_client
from tests.hostile.doors import DOORS, House
from tests.relying_party import RelyingParty
from tests.rows import row

CORPORA = Path(__file__).parents[1] / "corpora"
REDIRECTS: dict[str, list[str]] = json.loads((CORPORA / "redirect_uris.json").read_text())
RETURNS: list[str] = json.loads((CORPORA / "return_urls.json").read_text())
NAMES = (
    "next",
    "return",
    "return_to",
    "redirect",
    "redirect_uri",
    "url",
    "continue",
    "portal",
    "posted",
    "lang",
    "fund",
)
NAMES += ("post_logout_redirect_uri", "initiate_login_uri", "target_link_uri", "client_id", "journey_id", "search")
PLACES = {
    "a": "href",
    "link": "href",
    "form": "action",
    "iframe": "src",
    "img": "src",
    "script": "src",
    "button": "formaction",
}
OURS = {"localhost", "portal.example.org"}


@row("OID-2", "BRW-4")
@pytest.mark.parametrize("kind", REDIRECTS)
def test_no_address_like_the_registered_one_is_sent_anything(app: Flask, portal, kind: str):
    for uri in REDIRECTS[kind]:
        for more in ({}, {"response_mode": "form_post"}, {"response_type": "token"}, {"prompt": "none"}):
            query = urlencode(request_of(portal, redirect_uri=uri, **more))
            told = app.test_client().get(f"/authorize?{query}", base_url=ISSUER)
            assert (told.status_code, told.headers.get("Location")) == (400, None), uri


@row("OUT-1", "BRW-4")
@pytest.mark.parametrize("kind", REDIRECTS)
def test_no_sign_out_leads_to_an_address_like_the_registered_one(app: Flask, lea, kind: str):
    with app.app_context():
        portal = a_client(post_logout_redirect_uris=(CALLBACK,))
    hint = RelyingParty(app, portal).tokens_of(lea)["id_token"]
    for uri in REDIRECTS[kind]:
        query = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": uri, "state": "x"})
        told = app.test_client().get(f"/end_session?{query}", base_url=ISSUER)
        assert (told.status_code, told.headers.get("Location")) in ((200, None), (400, None)), uri
        assert _elsewhere(told, "/end_session") == set(), uri
    good = urlencode({"id_token_hint": hint, "post_logout_redirect_uri": CALLBACK})
    assert app.test_client().get(f"/end_session?{good}", base_url=ISSUER).location == CALLBACK


@row("BRW-4", "OID-20")
@pytest.mark.parametrize("door", DOORS)
def test_no_page_leads_where_its_address_says(app: Flask, door: str):
    browser = DOORS[door](House(app))
    place = browser.page.url.partition("?")[0]
    for address in RETURNS:
        told = browser.client.get(f"{place}?{urlencode(dict.fromkeys(NAMES, address))}", base_url=ISSUER)
        assert told.status_code < 500, address
        assert _elsewhere(told, place) == set(), address


@row("BRW-4")
@pytest.mark.parametrize(
    "path", ["/", "/applications", "/end_session", "/end_session/confirm", "/authorize", "/aide/recu"]
)
def test_no_address_of_ours_leads_where_its_query_says(app: Flask, path: str):
    for address in RETURNS:
        told = app.test_client().get(f"{path}?{urlencode(dict.fromkeys(NAMES, address))}", base_url=ISSUER)
        assert told.status_code < 500, address
        assert _elsewhere(told, path) == set(), address
        assert set(told.headers.keys()) & {"Refresh", "Content-Location"} == set()


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag != "base"
        assert not any(name.startswith("on") for name, _ in attrs), attrs
        self.found += [value or "" for name, value in attrs if PLACES.get(tag) == name]


def _elsewhere(told: TestResponse, path: str) -> set[str]:
    """Where the answer leads, besides our own pages, the portal's, and the mail and telephone of a fund."""
    links = [told.location] if told.location else []
    links += _Links(told.get_data(as_text=True)).found if told.mimetype == "text/html" else []
    parts = [urlsplit(urljoin(f"{ISSUER}{path}", link)) for link in links]
    return {part.geturl() for part in parts if part.scheme not in ("mailto", "tel") and not _is_known(part)}


def _is_known(part: SplitResult) -> bool:
    return part.scheme in ("http", "https") and part.hostname in OURS
