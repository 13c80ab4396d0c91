"""Clients ask for more than any buffer holds, and read a byte at a time: the server waits for them, nobody else."""

import select
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.idp.ops.serving import Served, serving
from tests.rows import row

MANY = 8
"""More than a worker has threads."""
ASKED = b"GET /static/style.css HTTP/1.1\r\nHost: localhost\r\n\r\n"
"""The longest of our answers."""


@pytest.fixture
def served(tmp_path) -> Iterator[Served]:
    with serving(tmp_path, WORKERS="1") as running:
        yield running


def client_of(served: Served) -> socket.socket:
    """One that takes as little as the kernel lets it."""
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    client.connect(("127.0.0.1", served.port))
    return client


def ask_until_nobody_listens(clients: list[socket.socket]) -> int:
    """Ask again and again, until the server reads no more of what they ask; how many bytes it took."""
    taken = 0
    for client in clients:
        client.setblocking(False)
    while writable := select.select([], clients, [], 2)[1]:
        for client in writable:
            with suppress(BlockingIOError):
                taken += client.send(ASKED * 20)
    return taken


@row("DOS-1")
def test_clients_that_read_a_byte_at_a_time_keep_nobody_out(served: Served):
    with ExitStack() as stack:
        slow = [stack.enter_context(client_of(served)) for _ in range(MANY)]
        assert ask_until_nobody_listens(slow) > MANY * len(ASKED)
        for client in slow:
            client.settimeout(30)
        for letter in b"HTTP/1.1 200":
            assert [served.status("GET", path) for path in ("/livez", "/jwks", "/aide")] == [200] * 3
            assert {client.recv(1)[0] for client in slow} == {letter}
    assert served.status("GET", "/livez") == 200
