"""Put a load on one flow, closed: so many connections, each of which waits for its answer before it asks again."""

import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.browser import Connection
from bench.machine import Processes, own_seconds

Step = Callable[[], None]
Flow = Callable[[Connection], Step]
"""What a connection needs before it starts (a session, a token), and what it then repeats."""

WARM_UP = 0.5
"""Seconds before counting begins."""
MOST = 100_000
"""Steps of one run, at most."""


@dataclass(frozen=True)
class Run:
    """One run of one flow. A step may be several requests: the code flow is two."""

    steps: int
    seconds: float
    p50: float
    """Milliseconds of a step; half took less."""
    p99: float
    server_seconds: float
    """Processor time that the server took."""
    generator_seconds: float
    """Processor time that the load took: close to `seconds`, it is the load that was measured."""

    @property
    def rate(self) -> float:
        """Steps a second."""
        return self.steps / self.seconds

    @property
    def server_busy(self) -> float:
        """The part of its core that the server used: well under 1, something else is the limit."""
        return self.server_seconds / self.seconds

    @property
    def generator_busy(self) -> float:
        """The part of the other core that the load itself used."""
        return self.generator_seconds / self.seconds

    @property
    def cost(self) -> float:
        """Microseconds of the server's processor a step. Steadier than the rate on a machine that others share."""
        return self.server_seconds / self.steps * 1e6


@dataclass
class _Course:
    """What the threads of a run share."""

    start: threading.Barrier
    stop_at: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)


def measure(port: int, flow: Flow, processes: Processes, connections: int, seconds: float) -> Run:
    """Prepare every connection, warm up, count. Raises the first error that a connection met."""
    opened = [Connection(port) for _ in range(connections)]
    steps = [flow(connection) for connection in opened]  # in turn: sign-ins at once would be told to come back
    course = _Course(threading.Barrier(connections + 1))
    threads = [
        threading.Thread(target=_repeat, args=(step, course, MOST // connections), daemon=True) for step in steps
    ]
    for thread in threads:
        thread.start()
    course.stop_at = time.perf_counter() + WARM_UP + seconds
    course.start.wait(10)
    time.sleep(WARM_UP)
    began, server, own, first = time.perf_counter(), processes.seconds(), own_seconds(), len(course.latencies)
    for thread in threads:
        thread.join()
    elapsed, used = time.perf_counter() - began, (processes.seconds() - server, own_seconds() - own)
    for connection in opened:
        connection.close()
    if course.errors:
        raise course.errors[0]
    hundredths = statistics.quantiles(course.latencies[first:], n=100)
    return Run(len(course.latencies) - first, elapsed, hundredths[49] * 1000, hundredths[98] * 1000, *used)


def _repeat(step: Step, course: _Course, most: int) -> None:
    course.start.wait(10)
    try:
        for _ in range(most):
            began = time.perf_counter()
            if began >= course.stop_at or course.errors:
                return
            step()
            course.latencies.append(time.perf_counter() - began)
    except Exception as error:  # noqa: BLE001 - told to the caller, in its thread
        course.errors.append(error)
