"""Answers that are public and the same for all, given from memory."""

import json
from datetime import timedelta

import pytest

from idp import clock, extensions
from idp.db import unit_of_work
from tests.browser import ISSUER


@pytest.fixture
def ask(app):
    """Open an address, and say whether Flask heard of it."""
    heard = []
    app.before_request(lambda: heard.append(True) and None)

    def open_(url, method="GET", **headers):
        heard.clear()
        response = app.test_client().open(url, method=method, base_url=ISSUER, headers=headers)
        return response, bool(heard)

    return open_


@pytest.mark.parametrize(
    "url", ["/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]
)
def test_it_is_rendered_once_and_the_second_answer_is_the_same_to_the_header(ask, url):
    (first, heard_first), (second, heard_second) = ask(url), ask(url)
    assert (heard_first, heard_second) == (True, False)
    assert second.data == first.data
    assert sorted(second.headers) == sorted(first.headers)
    assert second.headers["X-Content-Type-Options"] == "nosniff"


def test_who_has_it_already_is_sent_nothing(ask):
    etag = ask("/jwks")[0].headers["ETag"]
    response, heard = ask("/jwks", **{"If-None-Match": etag})
    assert (response.status_code, response.data, heard) == (304, b"", False)


def test_head_has_the_headers_and_no_body(ask):
    body = ask("/jwks")[0].data
    response, heard = ask("/jwks", method="HEAD")
    assert (response.data, heard) == (b"", False)
    assert response.headers["Content-Length"] == str(len(body))


def test_a_new_key_is_there_at_once_where_it_was_made(app, ask):
    before = json.loads(ask("/jwks")[0].data)["keys"]
    with app.app_context(), unit_of_work():
        extensions.ring.rotate("ES256", clock.now())
    assert len(json.loads(ask("/jwks")[0].data)["keys"]) == len(before) + 1


def test_the_keys_are_read_again_every_minute(ask):
    ask("/jwks")
    with clock.travel(timedelta(seconds=61)):
        assert ask("/jwks")[1]
        assert not ask("/jwks")[1]


def test_another_host_a_query_and_another_method_are_not_answered_from_memory(app, ask):
    ask("/jwks")
    assert ask("/jwks?x=1")[1]
    assert ask("/jwks", method="POST")[0].status_code == 405
    assert app.test_client().get("/jwks", base_url="http://evil.example.org").status_code == 400
