"""Processes on this machine: on which core they run, what they take of it, and how they are ended."""

import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.browser import Connection, Unexpected

_TICKS = os.sysconf("SC_CLK_TCK")
STOPPED_WITHIN = 15


@dataclass(frozen=True)
class Cores:
    """One core for the server under load; the other for all else: generator, databases."""

    server: int
    others: int

    @classmethod
    def of_this_machine(cls) -> "Cores":
        """Two of those this process may use. Raises RuntimeError when there is one only."""
        known = sorted(os.sched_getaffinity(0))
        if len(known) < 2:
            raise RuntimeError("the bench needs two cores: one for the server, one for the load")
        return cls(known[0], known[1])


@dataclass(frozen=True)
class Processes:
    """A server and its workers."""

    root: int

    def all(self) -> list[int]:
        """The process and its descendants, parents first."""
        found = [self.root]
        for pid in found:
            children = Path(f"/proc/{pid}/task/{pid}/children")
            found += map(int, children.read_text().split()) if children.exists() else []
        return found

    def seconds(self) -> float:
        """Processor time so far, of all of them."""
        return sum(_seconds(Path(f"/proc/{pid}/stat").read_text()) for pid in self.all())

    def memory(self) -> float:
        """MiB in memory of the last of them, the worker (VmRSS)."""
        lines = Path(f"/proc/{self.all()[-1]}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def own_seconds() -> float:
    """Processor time of this process so far."""
    times = os.times()
    return times.user + times.system


def _seconds(stat: str) -> float:
    fields = stat.rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@contextmanager
def running(command: Sequence[str], port: int, core: int, log: Path, env: Mapping[str, str]) -> Iterator["Started"]:
    """Start a server on one core, and wait until it answers; it dies with this thread, whatever happens."""
    pinned = ["setpriv", "--pdeathsig", "TERM", "taskset", "--cpu-list", str(core), *command]
    began = time.perf_counter()
    with log.open("ab") as out:
        child = subprocess.Popen(pinned, stdout=out, stderr=out, start_new_session=True, env={**os.environ, **env})
    try:
        _wait(child, port, log)
        yield Started(Processes(child.pid), time.perf_counter() - began)
    finally:
        child.terminate()
        try:
            child.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()


@dataclass(frozen=True)
class Started:
    """A server that answers, and the seconds from its start to its first answer."""

    processes: Processes
    cold_start: float


def _wait(child: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    limit = time.monotonic() + 60
    while time.monotonic() < limit and child.poll() is None:
        if _answers(port):
            return
        time.sleep(0.01)
    raise RuntimeError(f"a server did not start: {log.read_text()[-2000:]}")


def _answers(port: int) -> bool:
    try:
        connection = Connection(port)
        return connection.get("/.well-known/openid-configuration").status == 200
    except (OSError, Unexpected):
        return False
