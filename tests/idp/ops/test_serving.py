"""`idp serve` as it runs: it starts only where it is safe, bounds what it reads, and leaves nothing behind."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from idp import clock
from idp.db import unit_of_work
from idp.extensions import ring
from idp.ops import schema, serving
from idp.settings import settings
from tests import stolen
from tests.idp.ops.serving import Served, answers, free_port, start
from tests.idp.ops.serving import serving as a_server
from tests.rows import row
from tests.servers import Postgres

FORM = "Content-Type: application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the tests that only speak to it."""
    with a_server(tmp_path_factory.mktemp("served")) as running:
        yield running


def until(condition: Callable[[], bool], seconds: float = 10) -> bool:
    limit = time.monotonic() + seconds
    while not condition() and time.monotonic() < limit:
        time.sleep(0.05)
    return condition()


@contextmanager
def a_crowd(served: Served, number: int) -> Iterator[None]:
    """So many clients that have sent half a request."""
    with ExitStack() as stack:
        for _ in range(number):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", served.port)))
            slow.sendall(b"GET /livez HTTP/1.1\r\nHost: localhost\r\n")
        yield


def gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


# Starting


def test_in_development_the_key_and_the_tables_make_themselves(served: Served):
    assert served.status("GET", "/readyz") == 200
    assert (served.home / "var" / "master.key").stat().st_mode & 0o777 == 0o600


def test_the_data_are_kept_from_one_start_to_the_next(tmp_path: Path):
    def keys() -> bytes:
        with a_server(tmp_path) as running:
            return running.reads("/jwks")

    assert keys() == keys()


def test_a_port_that_is_taken_is_said_clearly(served: Served, tmp_path: Path):
    code, told = start(tmp_path, served.port).ends()
    assert code == 1
    assert f"port {served.port} is taken" in told
    assert "IDP_PORT" in told


def test_unsafe_settings_are_told_all_at_once_and_nothing_starts(tmp_path: Path):
    code, told = start(tmp_path, free_port(), ISSUER="http://id.example.org").ends()
    assert code == 1
    assert all(name in told for name in ("IDP_ISSUER", "IDP_DATABASE_URL", "IDP_SHORTLIVED_URL"))
    assert "Traceback" not in told


@pytest.fixture
def production(make_empty_app: Callable[..., Flask], postgres: Postgres, redis_url: str, tmp_path: Path) -> Flask:
    """A deployment by the book, on an empty database."""
    make_empty_app()  # in development, which makes the master key
    postgres.drop("serving")
    return make_empty_app(
        issuer="https://id.example.org",
        database_url=postgres.create("serving"),
        shortlived_url=redis_url,
        breached_passwords=stolen.a_list(tmp_path),
        port=free_port(),
    )


def test_production_does_not_start_on_tables_of_another_version(production: Flask):
    with production.app_context():
        assert "idp db upgrade" in serving.obstacles(settings)[0]
        assert not schema.is_current()
        schema.bring_up_to_date()
        make_first_keys()
        assert serving.obstacles(settings) == []


def test_production_does_not_start_without_a_key_for_each_algorithm(production: Flask):
    """The servers' own role may not write one."""
    with production.app_context():
        schema.bring_up_to_date()
        assert "idp keys rotate" in serving.obstacles(settings)[0]
        with unit_of_work():
            ring.rotate("RS256", clock.now())
        assert "ES256" in serving.obstacles(settings)[0]


def make_first_keys() -> None:
    with unit_of_work():
        for alg in serving.ALGORITHMS:
            ring.rotate(alg, clock.now())


def test_no_start_when_the_clocks_stand_apart(production: Flask):
    with production.app_context():
        schema.bring_up_to_date()
        make_first_keys()
        with clock.travel(timedelta(seconds=25)):
            assert serving.obstacles(settings) == []
        with clock.travel(timedelta(seconds=-35)):
            assert "35 s apart" in serving.obstacles(settings)[0]


def test_no_start_without_database(make_empty_app: Callable[..., Flask], tmp_path: Path):
    app = make_empty_app(database_url=f"postgresql+psycopg://idp@/idp?host={tmp_path}", port=free_port())
    with app.app_context():
        assert "IDP_DATABASE_URL" in serving.obstacles(settings)[0]


@pytest.mark.parametrize("host", ["localhost", "192.0.2.1", "::2"])
def test_an_address_that_is_not_ours_is_said_clearly(make_app: Callable[..., Flask], host: str):
    with make_app(host=host, port=free_port()).app_context():
        assert "IDP_HOST" in serving.obstacles(settings)[0]


# Bounds


@row("DOS-1")
def test_a_body_over_16_kib_is_refused_before_it_is_read(served: Served):
    declared = (FORM, "Content-Length: 1000000000")
    assert served.status("POST", "/token", *declared) == 413
    assert served.status("POST", "/jwks", FORM, "Content-Length: 16385", body=b"a=" + b"x" * 16383) == 413


@row("DOS-1")
def test_a_body_of_16_kib_is_read(served: Served):
    assert served.status("POST", "/livez", FORM, "Content-Length: 16384", body=b"a=" + b"x" * 16382) == 405


@row("DOS-1")
def test_a_body_without_a_length_is_refused(served: Served):
    chunk = b"1000\r\n" + b"x" * 4096 + b"\r\n"
    assert served.status("POST", "/token", FORM, "Transfer-Encoding: chunked", body=chunk * 6 + b"0\r\n\r\n") == 411


@row("DOS-1")
def test_headers_over_8_kib_are_refused(served: Served):
    assert served.status("GET", "/livez", f"X-Long: {'x' * 7000}") == 200
    assert served.status("GET", "/livez", f"X-Long: {'x' * 8200}") in (0, 431)
    assert served.status("GET", f"/livez?{'x' * 8200}") in (0, 414, 431)
    assert served.status("GET", "/livez", *[f"X-{number}: x" for number in range(600)]) in (0, 431)


@row("DOS-1")
@pytest.mark.parametrize("begun", [b"", b"GET /livez HTTP/1.1\r\n", b"GET /livez HTTP/1.1\r\nHost: localhost\r\nX: "])
def test_a_client_that_is_slow_with_its_headers_is_cut_off(served: Served, begun: bytes):
    started = time.monotonic()
    assert served.says(begun) == b""
    assert time.monotonic() - started < 3


@row("DOS-1")
def test_many_slow_clients_do_not_keep_others_out(served: Served):
    with a_crowd(served, 200):
        started = time.monotonic()
        assert served.status("GET", "/livez") == 200
        assert time.monotonic() - started < 1


@row("BRW-2")
@pytest.mark.parametrize("path", ["/livez", "/readyz", "/jwks"])
@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "DEBUG", "DELETE", "PUT", "PATCH"])
def test_a_method_we_do_not_serve_is_refused(served: Served, method: str, path: str):
    assert served.status(method, path) in (400, 405)


@row("BRW-2")
def test_no_version_is_told(served: Served):
    answers = [
        served.says(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()) for path in ("/livez", "/nowhere")
    ]
    for answer in answers:
        head = answer.partition(b"\r\n\r\n")[0].decode().lower()
        banner = [line for line in head.split("\r\n") if line.startswith(("server:", "x-powered-by:"))]
        assert not [line for line in banner if any(letter.isdigit() for letter in line)]


@row("OID-15")
@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET /livez HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        b"GET /livez\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
    ],
)
def test_a_request_that_makes_no_sense_is_refused(served: Served, request_bytes: bytes):
    assert served.says(request_bytes).split(maxsplit=2)[1:2] in ([], [b"400"])


# Stopping


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_at_once_and_in_order(tmp_path: Path, by: signal.Signals):
    with a_server(tmp_path, WORKERS="2") as running:
        workers = running.workers()
        running.process.send_signal(by)
        assert running.process.wait(60) == 0
        assert until(lambda: all(map(gone, workers)))
        assert not answers(running.port)


def test_it_stops_at_once_even_while_its_workers_start(tmp_path: Path):
    young = start(tmp_path, free_port(), WORKERS="2")
    assert until(lambda: len(young.workers()) == 2)
    time.sleep(0.1)
    young.process.send_signal(signal.SIGTERM)
    assert young.ends(5)[0] == 0


def test_no_worker_outlives_a_server_that_was_killed(tmp_path: Path):
    with a_server(tmp_path) as running:
        workers = running.workers()
        assert workers
        running.process.kill()
        assert until(lambda: all(map(gone, workers)))


def test_a_worker_that_dies_is_replaced(tmp_path: Path):
    with a_server(tmp_path) as running:
        time.sleep(6)  # a worker that dies younger is taken for one that cannot start
        former = running.workers()
        os.kill(former[0], signal.SIGKILL)
        assert until(lambda: bool(set(running.workers()) - set(former)) and answers(running.port))
        assert until(lambda: running.status("GET", "/livez") == 200)
