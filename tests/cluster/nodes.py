"""A node of a cluster, `idp serve`, and the programs beside it: started, stopped, killed, started again."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

READY = 60
STOPPED = 40
ADDRESS = "127.0.0.1"
"""Not `localhost`: once told to, a browser would ask every other server of that name for https too."""
Env = dict[str, str]
Child = subprocess.Popen[bytes]


@dataclass
class Node:
    """One `idp serve`, which can be stopped, killed, and started again at its port."""

    port: int
    env: Env
    folder: Path
    launcher: tuple[str, ...] = ("app", "serve")
    process: Child | None = field(default=None, init=False)

    def start(self) -> None:
        """Return once it is ready, or has lost what it stands on but serves."""
        self.process = begin(self.folder, self.env, self._log, *self.launcher)
        until_it_answers(f"http://{ADDRESS}:{self.port}/livez", self.process, self._log)

    def stop(self) -> float:
        """SIGTERM, and wait; the seconds it took."""
        assert self.process is not None
        began = time.monotonic()
        self.process.terminate()
        self.process.wait(STOPPED)
        return time.monotonic() - began

    def kill(self) -> None:
        """SIGKILL to the server and to all that it started, as when a machine goes dark."""
        assert self.process is not None
        for pid in _family(self.process.pid):
            os.kill(pid, signal.SIGKILL)
        self.process.wait(10)

    @property
    def runs(self) -> bool:
        """Whether it was started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def said(self) -> str:
        """Its log."""
        return self._log.read_text()

    def end(self) -> None:
        """Stop it, if it runs."""
        end(self.process)

    @property
    def _log(self) -> Path:
        return self.folder / f"node-{self.port}.log"


def begin(folder: Path, env: Env, said: Path, *module: str) -> Child:
    """Start a program of ours, in a session of its own; it dies with whoever started it."""
    command = ["setpriv", "--pdeathsig", "TERM", sys.executable, "-m", *module]
    with said.open("ab") as log:
        return subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True)


def end(process: Child | None) -> None:
    """Stop it, in the hard way if it takes too long."""
    if process is None or process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(STOPPED)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _status(address: str) -> int | None:
    """What it answers; None while nobody listens there."""
    try:
        return int(build_opener(ProxyHandler({})).open(address, timeout=5).status)
    except HTTPError as error:
        return error.code
    except OSError:
        return None


def until_it_answers(address: str, process: Child, said: Path) -> None:
    """Wait for 200 or 503. Raises RuntimeError, with the end of its log, when it ends, or takes a minute."""
    limit = time.monotonic() + READY
    while process.poll() is None and time.monotonic() < limit:
        if _status(address) in (200, 503):
            return
        time.sleep(0.05)
    raise RuntimeError(f"{address} does not answer: {said.read_text()[-2000:]}")


def once(folder: Path, env: Env, *module: str) -> str:
    """Run a program of ours to its end; what it printed. Raises RuntimeError with what it said when it failed."""
    command = [sys.executable, "-m", *module]
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(module)}: {done.stderr[-2000:]}")
    return done.stdout


def _family(pid: int) -> list[int]:
    """A process and all below it, the ancestors first: none may begin another in its last moment."""
    found = [pid]
    for one in found:
        tasks = Path(f"/proc/{one}/task")
        for children in tasks.glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found
