"""A wire to a server on which packets get lost: it stays open, takes all that is said, and carries nothing."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Silent:
    """A TCP port that leads to a server's socket. Who has lost a byte hears nothing more, even when others do again."""

    def __init__(self, listening: socket.socket, server: Path) -> None:
        self.port = int(listening.getsockname()[1])
        self._listening, self._server = listening, server
        self._loses = threading.Event()
        self._last: tuple[bytes, int] | None = None
        self._ends: list[socket.socket] = []

    def falls_silent(self) -> None:
        """From now on whatever is said, either way, on old connections and new ones, is lost."""
        self._loses.set()

    def loses_the_answer_to(self, words: bytes, nth: int = 1) -> None:
        """What we say is heard, up to the nth of these words; the answer to them is lost, and all of its connection."""
        self._last = (words, nth)

    def speaks_again(self) -> None:
        """New connections lead to the server again."""
        self._loses.clear()

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self._listening.accept()
                theirs = socket.socket(socket.AF_UNIX)
                theirs.connect(str(self._server))
                self._ends += [ours, theirs]
                lost = threading.Event()
                for one, other in ((ours, theirs), (theirs, ours)):
                    threading.Thread(target=self._carry, args=(one, other, lost), daemon=True).start()

    def _is_last(self, part: bytes) -> bool:
        if self._last is None or self._last[0] not in part:
            return False
        words, nth = self._last
        self._last = (words, nth - 1) if nth > 1 else None
        return nth == 1

    def cut(self) -> None:
        for end in self._ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _carry(self, one: socket.socket, other: socket.socket, lost: threading.Event) -> None:
        with suppress(OSError):
            while part := one.recv(65536):
                if self._loses.is_set():
                    lost.set()
                if not lost.is_set():
                    if other.family == socket.AF_UNIX and self._is_last(part):
                        lost.set()
                    other.sendall(part)
            if not lost.is_set():
                other.shutdown(socket.SHUT_WR)


@contextmanager
def silent(server: Path) -> Iterator[Silent]:
    """The wire to a server that listens on a Unix socket, until the end of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = Silent(listening, server)
        threading.Thread(target=made.accept, daemon=True).start()
        yield made
        listening.shutdown(socket.SHUT_RDWR)
        made.cut()
