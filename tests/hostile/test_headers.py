"""Whatever a browser or a program says in its headers is answered; the language is one of ours, or the first."""

import pytest
from flask import Flask
from hypothesis import strategies as st

from idp.oidc.authorization import policy
from idp.settings import settings
from idp.web import i18n
from tests.browser import ISSUER
from tests.fuzzing import fuzzed, sendable
from tests.hostile.doors import House, Visitor
from tests.rows import row

NAMES = (
    "Accept",
    "Accept-Language",
    "Accept-Encoding",
    "Accept-Charset",
    "Cookie",
    "User-Agent",
    "If-None-Match",
    "Range",
)
NAMES += ("If-Modified-Since", "Authorization", "Origin", "Referer", "Sec-Fetch-Site", "Content-Type", "X-Request-Id")
COOKIES = ("idp_session", "idp_browser", "session", "idp_link-password-reset", "idp_link-activation", "idp_csrf", "a")
# What a server lets through: no control character but the tab (RFC 9110 5.5).
said = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=120)
tags = st.text(st.sampled_from("frenFR-_*;q=.,0159e "), max_size=60)
cookies = st.lists(st.tuples(st.sampled_from(COOKIES), said), max_size=4)


@pytest.fixture
def visitor(app: Flask) -> Visitor:
    """Someone who is signed in, as far as their own cookies go."""
    return House(app).visitor(signed_in=True)


@row("INP-3", "OID-15")
@pytest.mark.parametrize("path", ["/applications", "/jwks", "/userinfo", "/opening", "/nowhere"])
@fuzzed(told=st.dictionaries(st.sampled_from(NAMES), said | tags, max_size=4), planted=cookies, examples=60)
def test_any_headers_are_answered(visitor, path, told, planted):
    if planted:
        told = told | {"Cookie": "; ".join(f"{name}={value}" for name, value in planted)}
    answer = visitor.client.get(path, base_url=ISSUER, headers=told)
    assert answer.status_code < 500
    assert "\n" not in str(answer.headers.get("Location"))


@row("INP-3")
@fuzzed(st.lists(sendable | tags, max_size=5))
def test_any_languages_come_down_to_one_of_ours_or_none(app, asked):
    with app.app_context():
        assert i18n.best_of(asked) in (None, *settings.locales)
        assert policy.locale_of(" ".join(asked)) in (None, *settings.locales)
