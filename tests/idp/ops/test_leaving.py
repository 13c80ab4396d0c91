"""A server that leaves answers whoever is connected, and refuses all others, having taken nothing from them."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from idp.ops import leaving
from tests.idp.ops.serving import Served
from tests.idp.ops.serving import serving as a_server

FORM = (
    b"POST /token HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b"
)
CALLERS = 20


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with a_server(tmp_path) as running:
        yield running


def connected(served: Served, stack: ExitStack) -> list[socket.socket]:
    """Callers who have said nothing yet."""
    address = ("127.0.0.1", served.port)
    return [stack.enter_context(socket.create_connection(address, timeout=15)) for _ in range(CALLERS)]


def answered(callers: list[socket.socket]) -> list[bool]:
    return [caller.recv(64).startswith(b"HTTP/1.1 4") for caller in callers]


def begins_to_leave(served: Served) -> None:
    """Return once it takes no new connection: on one machine, one that is taken is taken at once."""
    served.process.send_signal(signal.SIGTERM)
    limit = time.monotonic() + 15
    while _takes_another(served.port):
        assert time.monotonic() < limit


def _takes_another(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.05)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def is_told(worker: int) -> bool:
    """Whether the signal waits for a worker that is stopped."""
    told = Path(f"/proc/{worker}/status").read_text()
    waiting = next(line for line in told.splitlines() if line.startswith("ShdPnd:"))
    return bool(int(waiting.split()[1], 16) >> (leaving.SIGNAL - 1) & 1)


def test_who_is_connected_may_still_ask(served: Served):
    with ExitStack() as stack:
        callers = connected(served, stack)
        begins_to_leave(served)
        for caller in callers:
            caller.sendall(FORM)
        assert all(answered(callers))
    assert served.ends()[0] == 0


def test_what_nobody_has_read_yet_is_read(served: Served):
    (worker,) = served.workers()
    with ExitStack() as stack:
        os.kill(worker, signal.SIGSTOP)
        callers = connected(served, stack)
        for caller in callers:
            caller.sendall(FORM)
        served.process.send_signal(signal.SIGTERM)
        limit = time.monotonic() + 15
        while not is_told(worker):
            assert time.monotonic() < limit
        os.kill(worker, signal.SIGCONT)
        assert all(answered(callers))
    assert served.ends()[0] == 0


def test_who_comes_later_is_refused_before_a_word_is_said(served: Served):
    begins_to_leave(served)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", served.port), timeout=15)
    assert served.ends()[0] == 0
