"""What every test may ask for: private servers first, then the application and its world."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, Playwright, expect, sync_playwright

from tests import builders, servers, worlds
from tests.browser import Browser
from tests.builders import Member, Portal

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")  # how fast a machine is must never decide of a test
expect.set_options(timeout=servers.PATIENCE)


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """This worker's PostgreSQL. A test that stops it opens its own, with `servers.postgres()`."""
    with servers.postgres() as server:
        yield server


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """This worker's Redis. A test that stops it opens its own, with `servers.redis()`."""
    with servers.redis() as server:
        yield server.url


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives this worker's browsers: there can be one."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Chromium]:
    """This worker's Chromium."""
    with servers.chromium(playwright) as browser:
        yield browser


@pytest.fixture
def page(chromium: Chromium) -> Iterator[Page]:
    """A fresh profile of a French person's browser."""
    french = {"locale": "fr-FR", "timezone_id": "Europe/Paris"}
    # The authority of a cluster is made on the spot: programs check it, and this browser does not know it.
    context = chromium.new_context(**french, service_workers="block", ignore_https_errors=True)
    context.set_default_timeout(servers.PATIENCE)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> worlds.Template:
    """A migrated database, made once a worker."""
    return worlds.Template.make(tmp_path_factory.mktemp("template"))


@pytest.fixture(scope="session")
def postgres_template(
    postgres: servers.Postgres, redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> worlds.PostgresTemplate:
    """The same on PostgreSQL, made once a worker."""
    return worlds.PostgresTemplate.make(postgres, redis_url, tmp_path_factory.mktemp("template"))


@pytest.fixture
def app(template: worlds.Template, tmp_path: Path) -> Iterator[Flask]:
    """An application of one's own, on SQLite."""
    made = template.sqlite(tmp_path)
    yield made
    worlds.close(made)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application of one's own, on SQLite and its file, then on PostgreSQL and Redis."""
    if request.param == "sqlite":
        made = request.getfixturevalue("template").sqlite(tmp_path)
    else:
        made = request.getfixturevalue("postgres_template").copy(tmp_path)
    yield made
    worlds.close(made)


@pytest.fixture
def portal(app: Flask) -> Portal:
    """The member portal, a confidential client of the first party."""
    with app.app_context():
        return builders.a_client()


@pytest.fixture
def lea(app: Flask) -> Member:
    """A person who holds a company."""
    with app.app_context():
        return builders.a_member()


@pytest.fixture
def browser(app: Flask) -> Browser:
    """A browser that was never here."""
    return Browser(app)
