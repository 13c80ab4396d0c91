"""The database or the short-lived store goes away in mid-journey: a page that comes back by itself, nothing lost."""

import time
from pathlib import Path

import pytest

from idp import clock, extensions
from tests import builders, servers, worlds
from tests.browser import Browser, request_of


@pytest.fixture
def fragile(tmp_path: Path):
    """An application whose PostgreSQL and Redis this test may stop."""
    with servers.postgres() as database, servers.redis() as store:
        (tmp_path / "template").mkdir()
        template = worlds.PostgresTemplate.make(database, store.url, tmp_path / "template")
        app = template.copy(tmp_path, database_timeout=1)
        with app.app_context():
            portal, lea = builders.a_client(), builders.a_member()
            extensions.ring.jwks(clock.now())  # as a worker does when it starts
        yield app, database, store, portal, lea
        worlds.close(app)


def is_a_pause(page) -> bool:
    """One page, the same for all, that reloads itself and shows nothing of the inside."""
    quiet = not any(word in page.text.lower() for word in ("psycopg", "sqlalchemy", "redis", "traceback", "socket"))
    return (
        page.status == 503
        and int(page.response.headers["Retry-After"]) > 0
        and 'http-equiv="refresh"' in page.text
        and quiet
    )


def test_postgresql_stopped_in_mid_journey_and_started_again(fragile):
    app, database, _, portal, lea = fragile
    browser = Browser(app)
    browser.asks(portal)
    url, form = browser.page.url, browser.page.fields() | {"email": lea.email, "password": lea.password}

    database.process.stop()
    assert is_a_pause(browser.post(url, form))
    assert is_a_pause(browser.asks(portal))
    assert browser.cookie("idp_session") is None
    assert browser.get("/jwks").status == 200
    assert browser.get("/.well-known/openid-configuration").status == 200
    assert browser.get("/livez").status == 200
    assert browser.get("/readyz").status == 503

    database.process.start()
    assert "code" in browser.post(url, form).answer
    assert "code" in browser.asks(portal).answer


def test_redis_stopped_in_mid_journey_and_started_again(fragile):
    app, _, store, portal, lea = fragile
    browser = Browser(app)
    browser.signs_in(lea, portal)
    browser.asks(portal, prompt="login")
    url, form = browser.page.url, browser.page.fields() | {"email": lea.email, "password": lea.password}

    store.process.stop()
    assert is_a_pause(browser.post(url, form))
    assert is_a_pause(browser.asks(portal, prompt="login"))
    assert browser.get("/jwks").status == 200
    assert browser.get("/end_session").title.startswith("Déconnexion")
    token = browser.post("/token", {"grant_type": "authorization_code", "code": "x", "client_id": "x"})
    assert token.status in (401, 503)
    assert token.response.is_json

    store.process.start()
    time.sleep(1.1)  # the circuit breaker's rest
    assert "code" in browser.signs_in(lea, portal, prompt="login").answer


def test_a_stranger_and_a_known_login_meet_the_same_page(fragile):
    app, database, _, portal, lea = fragile
    browser = Browser(app)
    browser.asks(portal)
    url, form = browser.page.url, browser.page.fields()
    database.process.stop()
    for email in (lea.email, "nobody@example.org"):
        assert is_a_pause(browser.post(url, form | {"email": email, "password": "x"}))


def test_a_request_that_names_nobody_we_know_needs_the_database_too(fragile):
    app, database, _, portal, _ = fragile
    browser = Browser(app)
    database.process.stop()
    page = browser.get("/authorize", query_string=request_of(portal, client_id="nobody"))
    assert is_a_pause(page)
