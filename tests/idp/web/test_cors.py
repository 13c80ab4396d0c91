"""Who may read an answer from a script."""

import pytest
from flask import Flask, Response

from idp.web import cors

ORIGIN = "https://app.example.org"


@pytest.fixture
def bare():
    return Flask("bare")


@pytest.mark.parametrize(
    ("origin", "told"),
    [(ORIGIN, ORIGIN), (f"{ORIGIN}.evil.example", None), ("null", None), ("*", None), ("", None), (None, None)],
)
def test_an_origin_is_allowed_exactly_and_never_with_cookies(origin, told):
    headers = cors.headers(origin, [ORIGIN])
    assert headers.get("Access-Control-Allow-Origin") == told
    assert headers["Vary"] == "Origin"  # or a cache would give one site the answer of another
    assert "Access-Control-Allow-Credentials" not in headers


def test_everyone_may_read_what_is_public(bare):
    with bare.test_request_context(headers={"Origin": ORIGIN}):
        assert cors.allow_everyone(Response()).headers["Access-Control-Allow-Origin"] == "*"


def test_a_preflight_of_a_stranger_is_told_nothing(bare):
    with bare.test_request_context(headers={"Origin": ORIGIN}):
        allowed, refused = cors.preflight([ORIGIN], "GET"), cors.preflight([], "GET")
    assert (allowed.status_code, allowed.headers["Access-Control-Allow-Methods"]) == (204, "GET")
    assert {name for name in refused.headers.keys() if name.startswith("Access-Control")} == set()  # noqa: SIM118
