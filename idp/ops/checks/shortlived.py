"""The short-lived store, Redis in production: there, and unable to forget what lives."""

from collections.abc import Iterator

from idp import clock
from idp.extensions import store
from idp.ops.checks.database import apart
from idp.ops.checks.verdicts import Check, Seen, advice, fine, wrong
from idp.settings import Settings
from idp.shortlived.redis import RedisServer
from idp.shortlived.store import Sealed


def _answers(chosen: Settings) -> Iterator[Seen]:
    store.ping()
    yield fine("it answers")


def _eviction(chosen: Settings) -> Iterator[Seen]:
    policy = _server().policy()
    if policy == "noeviction":
        yield fine(policy)
    else:
        yield wrong(f"maxmemory-policy is {policy}", "set maxmemory-policy noeviction in redis.conf")


def _persistence(chosen: Settings) -> Iterator[Seen]:
    if _server().keeps():
        yield fine("it writes down what it is given")
    else:
        yield advice("a restart forgets all", "set appendonly yes in redis.conf")


def _clock(chosen: Settings) -> Iterator[Seen]:
    yield apart(_server().time() - clock.now(), "Redis")


def _server() -> RedisServer:
    assert isinstance(store, Sealed)
    assert isinstance(store.inner, RedisServer)  # production refuses anything else
    return store.inner


CHECKS = (
    Check("short-lived store", "without it nobody signs in", _answers, in_development=True),
    Check(
        "Redis eviction", "full, it must refuse: a record that vanished is a replay forgotten", _eviction, at_start=True
    ),
    Check("Redis persistence", "a restart should end no sign-in that is under way", _persistence),
    Check("Redis clock", "what it removes at its own hour must be dead at ours", _clock),
)
