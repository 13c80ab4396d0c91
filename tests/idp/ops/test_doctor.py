"""`idp doctor`: every check with its answer, an exit code for programs, and the grave ones before a server starts."""

import json
from collections.abc import Callable
from pathlib import Path

import redis
from flask import Flask

from app import cli
from idp.ops import doctor, serving
from idp.settings import settings
from tests import builders, commands, servers, stolen
from tests.idp.ops.serving import free_port


def test_in_development_only_what_matters_there_is_asked(app: Flask):
    with app.app_context():
        asked = {finding.check for finding in doctor.examine(settings)}
    assert {"database", "signing keys", "funds"} <= asked
    assert not {"database role", "proxies", "Redis eviction"} & asked


def test_the_command_tells_what_is_wrong_why_and_what_to_do(app: Flask):
    running = commands.start(app, "doctor")
    out, _ = running.communicate(timeout=60)
    assert running.returncode == 1
    told = out.decode()
    assert "wrong   funds: there is none" in told
    assert "why: a member belongs to one" in told
    assert "do:  idp funds apply" in told


def test_once_all_is_well_it_exits_with_0_and_programs_read_json(app: Flask):
    with app.app_context():
        builders.a_fund()
    running = commands.start(app, "doctor", "--json")
    out, error = running.communicate(timeout=60)
    found = json.loads(out)
    assert running.returncode == 0, error
    assert {one["verdict"] for one in found} == {"fine", "advice"}
    assert all(set(one) == {"check", "verdict", "seen", "why", "do"} for one in found)


def test_a_database_without_tables_is_told_and_never_a_traceback(make_empty_app: Callable[..., Flask]):
    running = commands.start(make_empty_app(), "doctor")
    out, error = running.communicate(timeout=60)
    assert running.returncode == 1
    assert b"run `idp db upgrade`" in out
    assert b"Traceback" not in out + error


def test_no_server_starts_on_a_redis_that_evicts(make_app: Callable[..., Flask], tmp_path: Path, postgres: object):
    with servers.redis() as own:
        make_app()  # in development, which makes the master key
        assert isinstance(postgres, servers.Postgres)
        postgres.drop("doctor")
        app = make_app(
            issuer="https://id.example.org",
            database_url=postgres.create("doctor"),
            shortlived_url=own.url,
            breached_passwords=stolen.a_list(tmp_path),
            port=free_port(),
        )
        with app.app_context(), redis.Redis.from_url(own.url) as server:
            assert serving.obstacles(settings) == []
            told = {danger.check for danger in doctor.dangers(settings)}
            assert {"database role", "database server", "proxies"} <= told  # the log says so, and it starts
            assert not {"mail", "Redis eviction"} & told
            server.config_set("maxmemory-policy", "volatile-lru")
            (told,) = serving.obstacles(settings)
            assert "maxmemory-policy is volatile-lru" in told


def test_the_command_is_among_those_of_the_house():
    assert "doctor" in cli.commands
