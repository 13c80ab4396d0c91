"""Every response carries the headers that keep a browser careful."""

from collections.abc import Callable

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from idp.errors import NotFound, Unavailable
from idp.web import headers
from tests.rows import row

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
)


@row("BRW-1", "BRW-2")
@pytest.mark.parametrize(
    ("method", "path", "error", "status"),
    [
        ("GET", "/screen", None, 200),
        ("GET", "/static/style.css", None, 200),
        ("GET", "/nowhere", None, 404),
        ("TRACE", "/screen", None, 405),
        ("BREW", "/screen", None, 405),
        ("POST", "/screen", None, 400),
        ("GET", "/raise", NotFound("gone"), 404),
        ("GET", "/raise", Unavailable("away"), 503),
        ("GET", "/raise", ZeroDivisionError("secret"), 500),
    ],
)
def test_pages_files_and_errors_carry_them_alike(visitor, raising, method, path, error, status):
    raising.append(error)
    response = visitor.open(path, method=method)
    assert response.status_code == status
    assert response.headers["Content-Security-Policy"] == STRICT
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response.headers["Permissions-Policy"]
    assert response.headers["Cache-Control"] == ("no-cache" if "static" in path else "no-store")
    assert not {"Server", "Clear-Site-Data", "Strict-Transport-Security"} & set(response.headers.keys())


@row("BRW-2")
def test_redirects_carry_them_too(site: Flask, visitor: FlaskClient):
    site.add_url_rule("/folder/", "folder", lambda: "")
    response = visitor.get("/folder")
    assert response.status_code == 308
    assert response.headers["Content-Security-Policy"] == STRICT
    assert response.headers["Cache-Control"] == "no-store"


@row("BRW-2")
def test_https_is_remembered_only_where_the_issuer_is_https(make_site: Callable[..., Flask]):
    secure = make_site(issuer="https://localhost:8443").test_client().get("/screen")
    assert secure.headers["Strict-Transport-Security"] == "max-age=63072000; includeSubDomains"


@row("BRW-2")
def test_a_view_may_let_the_world_read_and_keep_its_answer(site: Flask, visitor: FlaskClient):
    said = {"Cache-Control": "public, max-age=60", "Cross-Origin-Resource-Policy": "cross-origin"}
    site.add_url_rule("/keys", "keys", lambda: ("{}", said))
    response = visitor.get("/keys")
    assert said.items() <= dict(response.headers).items()


@row("BRW-2")
def test_only_signed_in_pages_leave_their_opener(site: Flask, visitor: FlaskClient):
    def home() -> str:
        g.signed_in_page = True
        return "home"

    site.add_url_rule("/home", "home", home)
    assert visitor.get("/home").headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Cross-Origin-Opener-Policy" not in visitor.get("/screen").headers


@row("BRW-1")
@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("https://portal.example.org/callback?x=1", "https://portal.example.org"),
        ("http://localhost:8001/callback", "http://localhost:8001"),
        ("http://127.0.0.1:51004/", "http://127.0.0.1:51004"),
        ("http://[::1]:51004/", "http:"),
        ("org.example.app:/callback", "org.example.app:"),
    ],
)
def test_a_form_may_end_at_the_portal_that_asked(site: Flask, visitor: FlaskClient, uri: str, source: str):
    def ask() -> str:
        headers.allow_form_action(uri)
        return "ask"

    site.add_url_rule("/ask", "ask", ask)
    assert visitor.get("/ask").headers["Content-Security-Policy"] == f"{STRICT} {source}"
    assert visitor.get("/screen").headers["Content-Security-Policy"] == STRICT


@row("BRW-1")
@pytest.mark.parametrize(
    "uri",
    [
        "https://a;script-src *",
        "https://a b/",
        "https://é.example/",
        "//portal",
        "//[::1]",
        "",
        "https:",
        "https://[::2]/",
    ],
)
def test_nothing_can_be_smuggled_into_the_policy(site: Flask, uri: str):
    with site.test_request_context("/"), pytest.raises(ValueError, match="origin"):
        headers.allow_form_action(uri)
