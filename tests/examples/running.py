"""The examples as a terminal runs them: in a process group of their own, with data in a folder of the test's."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY = 40


@dataclass
class Examples:
    """One run of `python -m examples.run`."""

    process: subprocess.Popen[str]
    provider_port: int
    portal_port: int

    @property
    def provider(self) -> str:
        return f"http://localhost:{self.provider_port}"

    @property
    def portal(self) -> str:
        return f"http://localhost:{self.portal_port}"

    def until_ready(self) -> str:
        """What it prints until it says how to end it."""
        said, limit = "", time.monotonic() + READY
        while "Ctrl-C" not in said:
            line = self.process.stdout.readline()
            assert line, said
            assert time.monotonic() < limit, said
            said += line
        return said

    def press_ctrl_c(self) -> str:
        """The terminal tells the whole foreground group; what is said until the end."""
        os.killpg(self.process.pid, signal.SIGINT)
        rest, _ = self.process.communicate(timeout=20)
        return rest

    def answering(self) -> list[int]:
        """The ports at which something listens."""
        return [port for port in (self.provider_port, self.portal_port) if _listens(port)]


def free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@contextmanager
def started(folder: Path, ports: tuple[int, int], **settings: str) -> Iterator[Examples]:
    """Start them in `folder`; whatever happens, nothing of them stays."""
    places = {"IDP_PORT": str(ports[0]), "PORTAL_PORT": str(ports[1]), "PYTHONPATH": str(ROOT)}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "examples.run"],
        cwd=folder,
        env=kept | places | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield Examples(process, *ports)
    finally:
        if process.poll() is None:
            process.kill()  # its children are tied to it
        process.communicate()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
