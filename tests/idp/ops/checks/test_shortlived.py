"""Redis as the doctor finds it, on a real one that is set up badly, then well."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from flask import Flask

from idp import clock
from tests import servers, worlds
from tests.idp.ops.checks.asking import ADVICE, FINE, WRONG, ask
from tests.servers import Redis


@pytest.fixture
def own() -> Iterator[Redis]:
    """A Redis that the test may set up."""
    with servers.redis() as running:
        yield running


@pytest.fixture
def app(template: worlds.Template, own: Redis, tmp_path: Path) -> Iterator[Flask]:
    made = template.sqlite(tmp_path)
    chosen = made.extensions["settings"].model_copy(update={"shortlived_url": own.url})
    worlds.close(made)
    made = worlds.create_app(chosen)
    yield made
    worlds.close(made)


@pytest.mark.parametrize(
    ("check", "bad", "good", "verdict"),
    [
        ("Redis eviction", ("maxmemory-policy", "allkeys-lru"), ("maxmemory-policy", "noeviction"), WRONG),
        ("Redis persistence", ("appendonly", "no"), ("appendonly", "yes"), ADVICE),
    ],
)
def test_a_redis_that_would_forget_is_found(
    app: Flask, own: Redis, check: str, bad: tuple[str, str], good: tuple[str, str], verdict: str
):
    with redis.Redis.from_url(own.url) as server:
        for setting, expected in ((bad, verdict), (good, FINE)):
            server.config_set(*setting)
            assert ask(app, check)[0] == expected


def test_its_clock_is_compared(app: Flask):
    for seconds, verdict in ((0, FINE), (5, ADVICE), (-60, WRONG)):
        with clock.travel(timedelta(seconds=seconds)):
            assert ask(app, "Redis clock")[0] == verdict


def test_a_redis_that_is_away_is_an_answer(app: Flask, own: Redis):
    assert ask(app, "short-lived store")[0] == FINE
    own.process.stop()
    assert {ask(app, name)[0] for name in ("short-lived store", "Redis eviction")} == {WRONG}
