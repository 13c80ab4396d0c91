"""A balancer learns whether this node may be given work, and nobody learns why not."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from idp import clock
from tests import servers
from tests.servers import Postgres

MakeApp = Callable[..., Flask]


def test_a_node_with_all_its_parts_is_ready(make_app: MakeApp, postgres: Postgres, redis_url: str):
    database = postgres.create("health")
    for app in (make_app(), make_app(database_url=database, shortlived_url=redis_url)):
        answer = app.test_client().get("/readyz")
        assert answer.status_code == 200
        assert answer.json == {
            "status": "ok",
            "parts": {"database": "ok", "short-lived store": "ok", "keys": "ok", "clock": "ok"},
        }


def test_a_node_without_database_is_out_and_alive(make_empty_app: MakeApp, tmp_path: Path):
    visitor = make_empty_app(database_url=f"postgresql+psycopg://idp@/secret?host={tmp_path}").test_client()
    answer = visitor.get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["parts"]["database"] == "away"
    assert visitor.get("/livez").json == {"status": "ok"}


def test_a_database_that_comes_back_is_seen_at_once(make_app: MakeApp):
    with servers.postgres() as own:
        visitor = make_app(database_url=own.create("health")).test_client()
        assert visitor.get("/readyz").status_code == 200
        own.process.stop()
        assert visitor.get("/readyz").status_code == 503
        own.process.start()
        assert visitor.get("/readyz").json["status"] == "ok"


def test_a_node_without_short_lived_store_goes_on_degraded(make_app: MakeApp, tmp_path: Path):
    answer = make_app(shortlived_url=f"unix://{tmp_path}/nobody").test_client().get("/readyz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert (answer.json["status"], answer.json["parts"]["short-lived store"]) == ("degraded", "away")


def test_a_node_without_a_signing_key_is_out(make_empty_app: MakeApp):
    answer = make_empty_app().test_client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json is not None
    assert answer.json["parts"]["keys"] == "away"


@pytest.mark.parametrize(("seconds", "state"), [(0, "ok"), (1, "ok"), (-1, "ok"), (5, "degraded"), (-5, "degraded")])
def test_the_clocks_are_compared(make_app: MakeApp, seconds: int, state: str):
    visitor = make_app().test_client()
    with clock.travel(timedelta(seconds=seconds)):
        answer = visitor.get("/readyz")
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json["parts"]["clock"] == state


def test_nothing_of_the_inside_is_shown(make_empty_app: MakeApp, tmp_path: Path):
    visitor = make_empty_app(database_url=f"postgresql+psycopg://idp@/secret?host={tmp_path}").test_client()
    told = visitor.get("/readyz").text
    assert not [word for word in ("secret", str(tmp_path), "psycopg", "Error", "refused") if word in told]


def test_neither_answer_is_kept(make_app: MakeApp):
    visitor = make_app().test_client()
    assert {visitor.get(path).headers["Cache-Control"] for path in ("/livez", "/readyz")} == {"no-store"}
