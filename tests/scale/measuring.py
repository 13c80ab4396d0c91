"""What a command costs: its time, and the most memory it held."""

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from tests import commands


@dataclass(frozen=True)
class Cost:
    """Of one run of a command: seconds of wall clock and of its processor, and MiB at the peak; what it printed."""

    seconds: float
    processor: float
    peak: float
    output: str

    def __str__(self) -> str:
        return f"{self.seconds:.1f} s ({self.processor:.1f} s of its processor), {self.peak:.0f} MiB"


def share(full: int) -> int:
    """How much of a full size this run is for. SCALE is a percentage."""
    return full * int(os.environ.get("SCALE", "1")) // 100


def cost(app: Flask, *words: str, **changes: str) -> Cost:
    """Run `idp …` in a process of its own, `changes` being settings. Its output must fit a pipe."""
    began, peak, ended = time.monotonic(), 0.0, 0
    process = commands.start(app, *words, **changes)
    while not ended:
        peak = max(peak, _most_memory(process.pid))
        time.sleep(0.02)
        ended, status, used = os.wait4(process.pid, os.WNOHANG)
    seconds = time.monotonic() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    output, errors = process.communicate()
    assert process.returncode == 0, errors.decode()
    return Cost(seconds, used.ru_utime + used.ru_stime, peak, output.decode())


def _most_memory(pid: int) -> float:
    """MiB, so far. What the kernel tells at the end (`ru_maxrss`) counts the process that was forked, too."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
