"""The short-lived store of production: a Redis server, one round trip a verb, and a circuit breaker before it."""

import struct
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from redis import ConnectionPool, Redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as Unreachable
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as TooSlow
from redis.retry import Retry

from idp.errors import StoreUnavailable

ANSWER_WITHIN = timedelta(milliseconds=250)  # for each of connecting and answering
REST = timedelta(seconds=1)

_MILLISECOND = timedelta(milliseconds=1)
_EPOCH = "epoch"  # no kind before it: it meets no other key

# A record is its deadline (ms), its version, its value. Redis removes it at that deadline by its own clock; whether it
# lives is judged by ours, as everywhere, hence the scripts where plain `SET NX` or `INCR` would ask Redis alone.
_HEADER = struct.Struct(">QI")
_CLAIM = """
local held = redis.call('GET', KEYS[1])
if held and struct.unpack('>I8', held) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""
_COUNT = """
local held = redis.call('GET', KEYS[1])
if held then
    local deadline, number = struct.unpack('>I8I4', held)
    if deadline > tonumber(ARGV[1]) then
        redis.call('SETRANGE', KEYS[1], 8, struct.pack('>I4', number + 1))
        return number + 1
    end
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""
_SWAP = """
local held = redis.call('GET', KEYS[1])
if not held then return 0 end
local deadline, version = struct.unpack('>I8I4', held)
if deadline <= tonumber(ARGV[1]) or version ~= tonumber(ARGV[4]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""


class Breaker:
    """After a failure, refuses at once; each time `rest` has passed, lets one probe through, until one is answered."""

    def __init__(self, rest: timedelta) -> None:
        self._rest = rest.total_seconds()
        self._open = False
        self._next_probe = 0.0  # by the monotonic clock: one set back must not keep it open
        self._turn = Lock()

    def enter(self) -> None:
        """Raises `StoreUnavailable` while it is open."""
        if not self._open:
            return
        with self._turn:
            if time.monotonic() < self._next_probe:
                raise StoreUnavailable("Redis failed a moment ago")
            self._next_probe = time.monotonic() + self._rest

    def failed(self) -> None:
        """Open it, until a probe is answered."""
        self._next_probe = time.monotonic() + self._rest
        self._open = True

    def answered(self) -> None:
        """Close it."""
        self._open = False


class RedisServer:
    """The port on Redis 7 with `noeviction`, which `doctor` reads in `policy()`.

    Nothing is tried twice: a lost answer may have done its work, and the caller's own answer is a 503.
    """

    def __init__(self, url: str, now: Callable[[], datetime], *, rest: timedelta = REST) -> None:
        self.round_trips = 0
        self._now = now
        self._breaker = Breaker(rest)
        seconds = ANSWER_WITHIN.total_seconds()
        pool = ConnectionPool.from_url(
            url,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=Retry(NoBackoff(), 0),
            protocol=2,  # no HELLO, and no name given: a new connection costs no round trip before the first command
            driver_info=None,
        )
        self._redis = Redis(connection_pool=pool)
        self._send: Callable[..., Any] = self._redis.execute_command
        self._claim = self._redis.register_script(_CLAIM)
        self._count = self._redis.register_script(_COUNT)
        self._swap = self._redis.register_script(_SWAP)

    def put(self, key: str, value: bytes, ttl: timedelta) -> None:
        self._ask("SET", key, self._record(1, value, ttl), "PX", ttl // _MILLISECOND)

    def get(self, key: str) -> bytes | None:
        found = self.get_versioned(key)
        return found and found[1]

    def take(self, key: str) -> bytes | None:
        found = self._living(self._ask("GETDEL", key))
        return found and found[1]

    def claim(self, key: str, ttl: timedelta) -> bool:
        return bool(self._run(self._claim, key, self._record(1, b"", ttl), ttl))

    def count(self, key: str, ttl: timedelta) -> int:
        return int(self._run(self._count, key, self._record(1, b"", ttl), ttl))

    def get_versioned(self, key: str) -> tuple[int, bytes] | None:
        return self._living(self._ask("GET", key))

    def swap(self, key: str, version: int, value: bytes, ttl: timedelta) -> bool:
        return bool(self._run(self._swap, key, self._record(version + 1, value, ttl), ttl, version))

    def delete(self, key: str) -> None:
        self._ask("DEL", key)

    def epoch(self) -> datetime:
        mine = self._instant().to_bytes(8)
        kept: bytes | None = self._guarded(lambda: self._redis.set(_EPOCH, mine, nx=True, get=True))
        return datetime.fromtimestamp(int.from_bytes(kept or mine) / 1000, UTC)

    def ping(self) -> None:
        self._ask("PING")

    def clear(self) -> None:
        self._ask("FLUSHDB")

    def policy(self) -> str:
        """What Redis does when its memory is full: `noeviction`, or live records would vanish."""
        answer: dict[str, str] = self._ask("INFO", "memory")
        return answer["maxmemory_policy"]

    def keeps(self) -> bool:
        """Whether it writes down what it is given: a restart forgets a second of it, not all."""
        answer: dict[str, int] = self._ask("INFO", "persistence")
        return bool(answer["aof_enabled"])

    def time(self) -> datetime:
        """What its clock says."""
        seconds, microseconds = self._ask("TIME")
        return datetime.fromtimestamp(int(seconds) + int(microseconds) / 1_000_000, UTC)

    def _instant(self) -> int:
        return int(self._now().timestamp() * 1000)

    def _record(self, version: int, value: bytes, ttl: timedelta) -> bytes:
        return _HEADER.pack(self._instant() + ttl // _MILLISECOND, version) + value

    def _living(self, record: bytes | None) -> tuple[int, bytes] | None:
        if record is None:
            return None
        deadline, version = _HEADER.unpack_from(record)
        return (version, record[_HEADER.size :]) if deadline > self._instant() else None

    def _ask(self, *command: str | bytes | int) -> Any:
        return self._guarded(lambda: self._send(*command))

    def _run(self, script: Callable[..., Any], key: str, record: bytes, ttl: timedelta, *more: int) -> Any:
        arguments = [self._instant(), record, ttl // _MILLISECOND, *more]
        return self._guarded(lambda: script(keys=[key], args=arguments))

    def _guarded(self, ask: Callable[[], Any]) -> Any:
        self._breaker.enter()
        self.round_trips += 1
        try:
            answer = ask()
        except (Unreachable, TooSlow) as error:
            self._breaker.failed()
            raise StoreUnavailable("Redis does not answer") from error
        except RedisError as error:  # full, or read-only: it answers at once, and what it can still do goes on
            self._breaker.answered()
            raise StoreUnavailable("Redis refuses") from error
        self._breaker.answered()
        return answer
