"""The examples as a terminal runs them: in a process group of their own, with data in a folder of the test's."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
READY = 40
ENDED = 60


@dataclass
class Examples:
    """One run of `python -m examples.run`."""

    process: subprocess.Popen[str]
    provider_port: int
    portal_port: int
    postbox_port: int
    smtp_port: int
    firm_port: int

    @property
    def provider(self) -> str:
        return f"http://localhost:{self.provider_port}"

    @property
    def portal(self) -> str:
        return f"http://localhost:{self.portal_port}"

    @property
    def firm(self) -> str:
        return f"http://localhost:{self.firm_port}"

    @property
    def postbox(self) -> str:
        return f"http://localhost:{self.postbox_port}"

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
        rest, _ = self.process.communicate(timeout=ENDED)
        return rest

    def answering(self) -> list[int]:
        """The ports at which something listens."""
        ports = (self.provider_port, self.portal_port, self.postbox_port, self.smtp_port, self.firm_port)
        return [port for port in ports if _listens(port)]


def free_ports() -> tuple[int, ...]:
    """Of the provider, the portal, the postbox, its mail server, and the firm."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(5)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return tuple(int(probe.getsockname()[1]) for probe in probes)


@contextmanager
def started(folder: Path, ports: tuple[int, ...], **settings: str) -> Iterator[Examples]:
    """Start them in `folder`; whatever happens, nothing of them stays."""
    names = ("IDP_PORT", "PORTAL_PORT", "POSTBOX_PORT", "POSTBOX_SMTP_PORT", "FIRM_PORT")
    places = dict(zip(names, map(str, ports), strict=True)) | {"PYTHONPATH": str(ROOT)}
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    heeding = ["env", "--default-signal=INT"]  # a terminal's; a test run in the background inherits deaf ears
    process = subprocess.Popen(
        [*heeding, sys.executable, "-u", "-m", "examples.run"],
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
