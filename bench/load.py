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
class _Clock:
    """What the threads share."""

    started: threading.Barrier
    stop_at: float = 0.0
    latencies: list[float] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)


def measure(port: int, flow: Flow, processes: Processes, connections: int, seconds: float) -> Run:
    """Prepare every connection, warm up, count. Raises the first error that a connection met."""
    clock = _Clock(threading.Barrier(connections + 1))
    threads = [
        threading.Thread(target=_connection, args=(port, flow, clock, MOST // connections), daemon=True)
        for _ in range(connections)
    ]
    for thread in threads:
        thread.start()
    try:
        clock.started.wait(60)  # prepared
        clock.stop_at = time.perf_counter() + WARM_UP + seconds
        clock.started.wait(60)  # the warm-up begins
        time.sleep(WARM_UP)
        began, server, own = time.perf_counter(), processes.seconds(), own_seconds()
        first = len(clock.latencies)
        for thread in threads:
            thread.join()
        elapsed = time.perf_counter() - began
    except threading.BrokenBarrierError:
        elapsed = 0.0
    if clock.errors:
        raise clock.errors[0]
    latencies = clock.latencies[first:]
    hundredths = statistics.quantiles(latencies, n=100)
    used = processes.seconds() - server, own_seconds() - own
    return Run(len(latencies), elapsed, hundredths[49] * 1000, hundredths[98] * 1000, *used)


def _connection(port: int, flow: Flow, clock: _Clock, most: int) -> None:
    try:
        connection = Connection(port)
        step = flow(connection)
        clock.started.wait(60)
        clock.started.wait(60)
        for _ in range(most):
            began = time.perf_counter()
            if began >= clock.stop_at:
                break
            step()
            clock.latencies.append(time.perf_counter() - began)
        connection.close()
    except Exception as error:  # noqa: BLE001 - told to the caller, in its thread
        clock.errors.append(error)
        clock.started.abort()
