"""What every test may ask for: private servers first, then the application and its world."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests import servers


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
def chromium() -> Iterator[Browser]:
    """This worker's Chromium."""
    with servers.chromium() as browser:
        yield browser


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A fresh profile of a French person's browser."""
    context = chromium.new_context(locale="fr-FR", timezone_id="Europe/Paris", service_workers="block")
    context.set_default_timeout(5000)
    yield context.new_page()
    context.close()
