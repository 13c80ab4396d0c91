"""What is particular to the Redis store: the server that goes away, slows down or is full."""

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis

from idp import clock
from idp.errors import StoreUnavailable
from idp.shortlived.redis import RedisServer
from tests import servers

MINUTE = timedelta(minutes=1)
REST = timedelta(milliseconds=200)


@pytest.fixture
def server() -> Iterator[servers.Redis]:
    """A server of this test's own, which it may stop."""
    with servers.redis() as own:
        yield own


@pytest.fixture
def store(server: servers.Redis) -> RedisServer:
    opened = RedisServer(server.url, clock.now, rest=REST)
    opened.put("journey:1", b"one", MINUTE)
    return opened


@pytest.fixture
def admin(server: servers.Redis) -> redis.Redis:
    return redis.Redis.from_url(server.url)


def pid_of(admin: redis.Redis) -> int:
    return int(admin.info("server")["process_id"])


def seconds_to_fail(act: Callable[[], object]) -> float:
    started = time.monotonic()
    with pytest.raises(StoreUnavailable):
        act()
    return time.monotonic() - started


def rested() -> None:
    time.sleep(REST.total_seconds() + 0.02)


def test_a_server_that_hangs_is_given_up_within_300_ms_then_at_once(store: RedisServer, admin: redis.Redis) -> None:
    pid = pid_of(admin)
    os.kill(pid, signal.SIGSTOP)
    try:
        assert seconds_to_fail(lambda: store.get("journey:1")) < 0.3
        assert seconds_to_fail(lambda: store.claim("jti:1", MINUTE)) < 0.05
        rested()
        assert seconds_to_fail(lambda: store.take("journey:1")) < 0.3
    finally:
        os.kill(pid, signal.SIGCONT)
    rested()
    assert store.get("journey:2") is None
    store.put("journey:2", b"two", MINUTE)
    assert store.get("journey:2") == b"two"


def test_after_a_rest_one_caller_probes_and_the_others_do_not_wait(store: RedisServer, admin: redis.Redis) -> None:
    pid = pid_of(admin)
    os.kill(pid, signal.SIGSTOP)
    try:
        seconds_to_fail(store.ping)
        rested()
        with ThreadPoolExecutor(16) as pool:
            seconds = list(pool.map(lambda _: seconds_to_fail(store.ping), range(16)))
        assert sum(waited > 0.2 for waited in seconds) == 1
    finally:
        os.kill(pid, signal.SIGCONT)


def test_a_killed_server_is_a_503_and_once_back_it_serves(
    store: RedisServer, server: servers.Redis, admin: redis.Redis
) -> None:
    began = store.epoch()
    store.count("network:1", MINUTE)
    os.kill(pid_of(admin), signal.SIGKILL)
    server.process.stop()
    assert seconds_to_fail(lambda: store.get("journey:1")) < 0.3
    assert seconds_to_fail(lambda: store.count("network:1", MINUTE)) < 0.05
    server.process.start()
    rested()
    assert store.get("journey:1") is None
    assert store.count("network:1", MINUTE) == 1
    assert store.epoch() > began


def test_a_connection_lost_between_two_requests_costs_nothing(store: RedisServer, admin: redis.Redis) -> None:
    admin.client_kill_filter(_type="normal", skipme=True)
    assert store.get("journey:1") == b"one"


def test_a_server_away_at_the_start_does_not_prevent_it(server: servers.Redis) -> None:
    server.process.stop()
    opened = RedisServer(server.url, clock.now, rest=REST)
    assert seconds_to_fail(opened.ping) < 0.3
    server.process.start()
    rested()
    opened.ping()


def test_an_address_that_swallows_everything_is_given_up_within_300_ms() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as hole, socket.socket() as first, socket.socket() as second:
        address = hole.getsockname()
        first.connect(address)
        accepted_never = RedisServer(f"redis://127.0.0.1:{address[1]}/0", clock.now)
        second.setblocking(False)
        second.connect_ex(address)
        assert 0.2 < seconds_to_fail(accepted_never.ping) < 0.3


def test_a_server_slower_than_that_is_given_up_and_a_little_slow_is_served(
    store: RedisServer, admin: redis.Redis
) -> None:
    admin.client_pause(100)
    assert store.get("journey:1") == b"one"
    admin.client_pause(400)
    assert seconds_to_fail(lambda: store.get("journey:1")) < 0.3


def test_nothing_is_tried_twice(store: RedisServer, admin: redis.Redis) -> None:
    assert store.count("network:1", MINUTE) == 1
    pid = pid_of(admin)
    os.kill(pid, signal.SIGSTOP)
    seconds_to_fail(lambda: store.count("network:1", MINUTE))
    os.kill(pid, signal.SIGCONT)
    rested()
    assert store.count("network:1", MINUTE) == 3  # the unanswered one had been counted, once


def test_a_late_answer_is_never_taken_for_the_next_one(store: RedisServer, admin: redis.Redis) -> None:
    store.put("journey:2", b"two", MINUTE)
    admin.client_pause(400)
    seconds_to_fail(lambda: store.get("journey:1"))
    time.sleep(0.4)
    assert store.get("journey:2") == b"two"


def fill(store: RedisServer) -> None:
    for number in range(1000):
        store.put(f"journey:{number}", bytes(8192), MINUTE)


def test_a_full_server_refuses_what_is_new_and_still_gives_what_it_holds(
    store: RedisServer, admin: redis.Redis
) -> None:
    admin.config_set("maxmemory", "3mb")
    with pytest.raises(StoreUnavailable):
        fill(store)
    assert store.policy() == "noeviction"
    assert seconds_to_fail(lambda: store.claim("jti:1", MINUTE)) < 0.1
    assert store.take("journey:2") == bytes(8192)
    admin.config_set("maxmemory", "0")
    assert store.claim("jti:1", MINUTE)


def test_the_policy_of_the_server_is_told(store: RedisServer, admin: redis.Redis) -> None:
    admin.config_set("maxmemory-policy", "allkeys-lru")
    assert store.policy() == "allkeys-lru"


def test_the_server_removes_by_itself_what_has_expired(store: RedisServer, admin: redis.Redis) -> None:
    life = timedelta(milliseconds=60)
    store.put("journey:2", b"", life)
    store.claim("jti:1", life)
    store.count("network:1", life)
    store.count("network:1", MINUTE)
    store.swap("journey:1", 1, b"two", life)
    assert len(admin.keys()) == 4
    time.sleep(0.12)
    assert admin.keys() == []


def test_each_verb_is_one_request_on_the_wire(store: RedisServer, admin: redis.Redis) -> None:
    verbs: list[Callable[[], object]] = [
        lambda: store.put("journey:1", b"one", MINUTE),
        lambda: store.swap("journey:1", 1, b"two", MINUTE),
        lambda: store.claim("jti:1", MINUTE),
        lambda: store.count("network:1", MINUTE),
        lambda: store.take("journey:1"),
        store.epoch,
    ]
    for verb in verbs:
        verb()
    for verb in verbs:
        before = int(admin.info("stats")["total_reads_processed"])
        verb()
        assert int(admin.info("stats")["total_reads_processed"]) - before == 2  # the verb, and the question itself
