"""A real `idp serve`, on a free port and files of its own, spoken to byte by byte."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

ROOT = Path(__file__).parents[3]


@dataclass
class Served:
    """The process, and where it answers."""

    process: subprocess.Popen[bytes]
    port: int
    home: Path

    def says(self, request: bytes, seconds: float = 10, then: bytes = b"") -> bytes:
        """The answer to these very bytes, until the end of its head or of the connection; `then` follows a pause."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.settimeout(seconds)
            answer = b""
            # The server may answer, and close, before it has read all.
            with suppress(ConnectionError):
                connection.sendall(request)
                if then:
                    time.sleep(0.2)
                    connection.sendall(then)
                while b"\r\n\r\n" not in answer and (part := connection.recv(65536)):
                    answer += part
            return answer

    def status(self, method: str, path: str, *headers: str, body: bytes = b"") -> int:
        """The status of an ordinary request; 0 when the connection was closed without an answer."""
        head = "\r\n".join([f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""])
        words = self.says(head.encode() + body).split(maxsplit=2)
        return int(words[1]) if len(words) > 1 else 0

    def reads(self, path: str) -> bytes:
        """The body at a path."""
        with urlopen(f"http://localhost:{self.port}{path}") as answer:
            return bytes(answer.read())

    def ends(self, seconds: float = 20) -> tuple[int, str]:
        """The exit code and all that was printed, once the process has ended."""
        return self.process.wait(seconds), (self.home / "log").read_text()

    def workers(self) -> list[int]:
        """The workers it started."""
        return [pid for pid in self._children() if b"outbox" not in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def couriers(self) -> list[int]:
        """The courier it started, if it lives."""
        return [pid for pid in self._children() if b"outbox" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    def _children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(number) for task in tasks for number in task.read_text().split()]


def free_port() -> int:
    """A port nobody listens on, a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(home: Path, port: int, **changed: str) -> Served:
    """Start it, in development unless changed, without waiting."""
    values = {
        "PORT": str(port),
        "ISSUER": f"http://localhost:{port}",
        "DATABASE_URL": f"sqlite:///{home}/var/idp.db",
        "SHORTLIVED_URL": f"sqlite:///{home}/var/shortlived.db",
        "MASTER_KEY_FILE": f"{home}/var/master.key",
        "HEADER_TIMEOUT": "PT1S",
    }
    environment = {f"IDP_{name}": value for name, value in (values | changed).items()}
    # To a file: a pipe that nobody reads would fill, and stop the server.
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve"],
            cwd=ROOT,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"} | environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Served(process, port, home)


@contextmanager
def serving(home: Path, **changed: str) -> Iterator[Served]:
    """Serve until the end of the block."""
    served = start(home, free_port(), **changed)
    try:
        _wait(served)
        yield served
    finally:
        if served.process.poll() is None:
            served.process.send_signal(signal.SIGTERM)
        served.ends()


def answers(port: int) -> bool:
    """Whether someone listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _wait(served: Served) -> None:
    limit = time.monotonic() + 20
    while served.process.poll() is None and time.monotonic() < limit:
        if answers(served.port) and served.status("GET", "/livez") == 200:
            return
        time.sleep(0.05)
    served.process.kill()
    raise RuntimeError(served.ends()[1][-2000:])
