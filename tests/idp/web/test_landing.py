"""A mail link lands: the secret leaves the address bar, and nothing is asked of any store."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask, redirect
from werkzeug.test import Client, TestResponse

from idp import clock, extensions
from idp.web import landing, logs
from idp.web.cookies import cookie_name
from keys import opaque
from keys.errors import KeysError
from tests import worlds
from tests.counting import costs
from tests.rows import row

SECRET = opaque.make()
HOME = "http://localhost:8000"


def add_pages(app: Flask) -> None:
    app.add_url_rule("/reset/<secret>", "reset_link", lambda secret: landing.land("reset", secret, "/reset"))
    app.add_url_rule("/reset", "reset", lambda: f"<title>Page</title><p>{landing.secret_of('reset')}</p>")
    app.add_url_rule("/elsewhere", "elsewhere", lambda: str(landing.secret_of("activation")))
    app.add_url_rule("/used", "used", _use)


def _use() -> object:
    landing.forget("reset")
    return redirect("/reset")


@pytest.fixture
def site(app: Flask) -> Flask:
    add_pages(app)
    return app


@pytest.fixture
def visitor(site: Flask) -> Client:
    return site.test_client()


def land(visitor: Client, secret: str = SECRET, method: str = "GET") -> TestResponse:
    return visitor.open(f"/reset/{secret}", method=method, base_url=HOME)


def reads(visitor: Client, path: str = "/reset") -> str:
    return visitor.get(path, base_url=HOME).text


@row("LNK-3")
def test_the_secret_leaves_the_address_for_a_cookie(visitor: Client):
    landed = land(visitor)
    assert (landed.status_code, landed.headers["Location"]) == (303, "/reset")
    assert SECRET in reads(visitor)
    assert SECRET not in landed.text


@row("LNK-3")
def test_the_cookie_is_signed_short_lived_and_of_one_purpose(visitor: Client):
    cookie = land(visitor).headers["Set-Cookie"]
    assert cookie.startswith("idp_link-reset=")
    assert all(word in cookie for word in ("HttpOnly", "Max-Age=900", "Path=/", "SameSite=Lax"))
    assert reads(visitor, "/elsewhere") == "None"
    value = visitor.get_cookie("idp_link-reset", domain="localhost").value
    visitor.set_cookie("idp_link-activation", value, domain="localhost")
    assert reads(visitor, "/elsewhere") == "None"


@row("LNK-3")
@pytest.mark.parametrize("forged", [SECRET, f"{SECRET}.x.y", "", "x" * 4000], ids=["bare", "parts", "empty", "long"])
def test_a_cookie_we_did_not_sign_is_none(visitor: Client, forged: str):
    visitor.set_cookie("idp_link-reset", forged, domain="localhost")
    assert "None" in reads(visitor)


@row("LNK-3")
def test_the_cookie_dies_after_a_quarter_of_an_hour_whatever_the_browser_keeps(visitor: Client):
    land(visitor)
    with clock.travel(timedelta(minutes=14, seconds=50)):
        assert SECRET in reads(visitor)
    with clock.travel(timedelta(minutes=15, seconds=2)):
        assert "None" in reads(visitor)


@row("LNK-3")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_two_hundred_visits_of_a_scanner_touch_no_store(site: Flask, visitor: Client, method: str):
    with costs(site) as counted:
        answers = {land(visitor, method=method).status_code for _ in range(200)}
    assert answers == {303}
    assert (counted.statements, counted.commits, counted.trips) == ([], 0, 0)


@row("LNK-3")
def test_the_answer_is_kept_nowhere_and_tells_nobody_where_it_was(visitor: Client):
    for response in (land(visitor), visitor.get("/reset", base_url=HOME)):
        assert response.headers["Cache-Control"] == "no-store"
        assert response.headers["Referrer-Policy"] == "no-referrer"


@row("LNK-3")
def test_the_log_holds_the_route_and_never_the_secret(visitor: Client):
    log = StringIO()
    logs.configure("DEBUG", log)
    land(visitor)
    land(visitor, "x" * 100)
    assert SECRET not in log.getvalue()
    assert "x" * 50 not in log.getvalue()
    assert "/reset/<secret>" in log.getvalue()


def test_what_is_too_long_to_be_a_secret_makes_no_cookie(visitor: Client):
    refused = land(visitor, "x" * 65)
    assert (refused.status_code, "Set-Cookie" in refused.headers) == (404, False)


def test_a_used_secret_leaves_the_browser(visitor: Client):
    land(visitor)
    visitor.get("/used", base_url=HOME)
    assert "None" in reads(visitor)


def test_over_https_the_cookie_is_bound_to_the_host(template: worlds.Template, tmp_path: Path):
    secure = template.sqlite(tmp_path, issuer="https://localhost")
    add_pages(secure)
    landed = secure.test_client().get(f"/reset/{SECRET}", base_url="https://localhost")
    with secure.app_context():
        assert landed.headers["Set-Cookie"].startswith(f"{cookie_name('link-reset')}=")
    assert landed.headers["Set-Cookie"].startswith("__Host-link-reset=")
    assert "Secure" in landed.headers["Set-Cookie"]
    worlds.close(secure)


def test_what_was_signed_for_a_landing_is_nothing_elsewhere(site: Flask):
    with site.app_context():
        text = extensions.signed("landing:reset").sign(SECRET)
        with pytest.raises(KeysError):
            extensions.signed("browser").read(text, None)
