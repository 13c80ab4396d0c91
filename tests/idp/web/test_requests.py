"""A request is for our host, of a bounded size, and one unit of work."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask, abort, request
from werkzeug.test import TestResponse

from idp.db import db, unit_of_work
from idp.errors import NotFound
from idp.settings import Settings
from idp.web import errors, requests
from tests.rows import row

MakeSite = Callable[..., Flask]


def write(status: int) -> tuple[str, int]:
    """Write a row, then answer in one of the ways a view may."""
    db.session.execute(sa.text("INSERT INTO noted VALUES (:status)"), {"status": status})
    if status == 404:
        raise NotFound("no such thing")
    if status == 403:
        abort(403)
    if status == 500:
        raise RuntimeError
    return "", status


@pytest.fixture
def make(make_site: MakeSite) -> MakeSite:
    """A site that opens and closes its requests as the provider does, with a table."""

    def made(**changed: object) -> Flask:
        site = make_site(**changed)
        chosen = site.extensions["settings"]
        assert isinstance(chosen, Settings)
        requests.init_app(site, chosen, requests.Exceptions(frozenset(), frozenset()), errors.tell)
        site.add_url_rule("/write/<int:status>", "write", write, methods=["POST"])
        site.add_url_rule("/seen", "seen", lambda: [request.host, request.scheme, request.remote_addr])
        with site.app_context(), unit_of_work():
            db.session.execute(sa.text("CREATE TABLE noted (status INTEGER)"))
        site.extensions["csrf"].exempt(f"{write.__module__}.write")
        return site

    return made


def ask(site: Flask, host: str) -> TestResponse:
    return site.test_client().get("/screen", headers={"Host": host})


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "LOCALHOST"])
def test_our_own_host_is_served(make: MakeSite, host: str):
    assert ask(make(), host).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "evil.localhost",
        "localhost@evil.example",
        "evil@localhost",
        "localhost#",
        "",
    ],
)
def test_another_host_is_refused_with_a_page(make: MakeSite, host: str):
    answer = ask(make(issuer="http://127.0.0.1:8000"), host)
    assert answer.status_code == 400
    assert "Demande incorrecte" in answer.text


@row("LNK-6")
@pytest.mark.parametrize("address", ["/pages//x", "//pages//x", "/pages////x"])
def test_an_address_is_written_in_one_way_and_no_other_leads_to_it(make: MakeSite, address: str):
    answer = make().test_client().get("/", environ_overrides={"PATH_INFO": address, "HTTP_HOST": "localhost:1"})
    assert (answer.status_code, answer.headers.get("Location")) == (404, None)


def test_an_issuer_may_be_an_address(make: MakeSite):
    assert ask(make(issuer="http://[::1]:8000"), "[::1]:8000").status_code == 200


def test_no_proxy_is_believed_unless_it_is_ours(make: MakeSite):
    told = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    assert make().test_client().get("/seen", headers=told).json == ["localhost", "http", "127.0.0.1"]


def test_one_proxy_of_ours_is_believed_and_what_it_was_told_is_not(make: MakeSite):
    told = {"X-Forwarded-For": "203.0.113.9, 192.0.2.7", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "localhost"}
    assert make(trusted_proxies=1).test_client().get("/seen", headers=told).json == ["localhost", "https", "192.0.2.7"]


@row("INP-3")
@pytest.mark.parametrize("address", ["/screen?a=%00", "/screen?%00", "/screen?a=b%00c&d", "/pages/%00", "/pages/a%00b"])
def test_an_address_that_holds_nul_is_refused(make: MakeSite, address: str):
    answer = make().test_client().get(address)
    assert answer.status_code == 400
    assert "Demande incorrecte" in answer.text


@row("INP-3")
@pytest.mark.parametrize("body", ["a=b%00c", "%00=a", "a=b&a=%00", "choice=\0"])
def test_a_form_that_holds_nul_is_refused(make: MakeSite, body: str):
    answer = make().test_client().post("/write/200", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400


@row("DOS-1")
def test_a_body_over_the_limit_is_refused_whoever_would_read_it(make: MakeSite):
    visitor = make(max_body=1024).test_client()
    assert visitor.post("/write/200", data=b"x" * 1024).status_code == 200
    assert visitor.post("/write/201", data=b"x" * 1025).status_code == 413


@row("DOS-1")
def test_a_body_without_a_length_is_refused(make: MakeSite):
    answer = make().test_client().post("/write/200", headers={"Transfer-Encoding": "chunked"})
    assert answer.status_code == 411


@pytest.mark.parametrize(
    ("status", "kept"), [(200, True), (422, True), (404, False), (403, False), (500, False), (503, False)]
)
def test_an_answer_keeps_what_was_written_and_an_error_keeps_nothing(make: MakeSite, status: int, kept: bool):
    site = make()
    assert site.test_client().post(f"/write/{status}").status_code == status
    with site.app_context():
        assert (db.session.scalar(sa.text("SELECT status FROM noted")) is not None) == kept
