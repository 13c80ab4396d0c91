"""A server that leaves answers whoever is connected, and refuses all others, having taken nothing from them."""

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

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


def test_who_is_connected_may_still_ask(served: Served):
    with ExitStack() as stack:
        callers = connected(served, stack)
        served.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
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
        time.sleep(0.3)
        os.kill(worker, signal.SIGCONT)
        assert all(answered(callers))
    assert served.ends()[0] == 0


def test_who_comes_later_is_refused_before_a_word_is_said(served: Served):
    served.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", served.port), timeout=15)
    assert served.ends()[0] == 0
