"""A wire between a program of ours and a server, on which something happens at a chosen word."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import NamedTuple


class Point(NamedTuple):
    """Where these words, of any case, come by for the nth time: of ours, or of the server's."""

    ours: bool
    words: bytes
    nth: int = 1

    def __str__(self) -> str:
        return f"{'our' if self.ours else 'its'} {self.words.decode().strip() or 'empty line'} ({self.nth})"


Event = Callable[[Callable[[], None]], None]
"""What happens there, given what lets the words pass on; then the wire is cut."""


@contextmanager
def wire(port: int, point: Point, event: Event) -> Iterator[int]:
    """A port that leads to another, until that point."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        wiring = _Wiring(point, event)
        threading.Thread(target=wiring.accept, args=(listening, port), daemon=True).start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
        wiring.cut()


class _Wiring:
    def __init__(self, point: Point, event: Event) -> None:
        self._point, self._event = point, event
        self._ends: list[socket.socket] = []
        self._seen = b""

    def accept(self, listening: socket.socket, port: int) -> None:
        with suppress(OSError):
            while True:
                client, _ = listening.accept()
                server = socket.create_connection(("127.0.0.1", port))
                self._ends += [client, server]
                for one, other, ours in ((client, server, True), (server, client, False)):
                    threading.Thread(target=self._carry, args=(one, other, ours), daemon=True).start()

    def cut(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _carry(self, one: socket.socket, other: socket.socket, ours: bool) -> None:
        with suppress(OSError):
            while part := one.recv(65536):
                place = self._place(part) if ours is self._point.ours else None
                if place is None:
                    other.sendall(part)
                    continue
                other.sendall(part[:place])
                self._event(partial(other.sendall, part[place:]))
                self.cut()
            other.shutdown(socket.SHUT_WR)

    def _place(self, part: bytes) -> int | None:
        """Where in this part the words begin, if they do; those begun in the part before it count from there."""
        before, found = len(self._seen), -1
        self._seen += part.lower()
        for _ in range(self._point.nth):
            found = self._seen.find(self._point.words.lower(), found + 1)
            if found < 0:
                return None
        return max(0, found - before)
