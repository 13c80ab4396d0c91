"""The courier of `idp serve`: a process beside the workers, begun again when it dies, ended with the server."""

import os
import signal
import subprocess
import sys

import structlog

AGAIN = 5
"""Seconds before one that died is begun again."""
ENDING = 10
"""Seconds it may take to finish what it is sending."""

log = structlog.get_logger("idp.ops.courier")


class CourierProcess:
    """One a server. Its signals are heard in the server's main thread, which does nothing but wait."""

    def __init__(self) -> None:
        self._running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Begin it, and watch over it."""
        signal.signal(signal.SIGCHLD, lambda number, frame: self._look())
        signal.signal(signal.SIGALRM, lambda number, frame: self._begin())
        self._begin()

    def stop(self) -> None:
        """End it, once what it is sending has left."""
        leave_to_the_server()
        running, self._running = self._running, None
        if running is None or running.poll() is not None:
            return
        running.terminate()
        try:
            running.wait(ENDING)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()

    def _begin(self) -> None:
        # It is told who we are: should we be killed while it starts, it would take another for its parent.
        deliver = ("outbox", "deliver", "--watch", "--parent", str(os.getpid()))
        command = [sys.executable, "-P", "-m", "app", *deliver]
        self._running = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603

    def _look(self) -> None:
        """A child has ended: the courier, or a worker, whom the server replaces by itself."""
        if self._running is not None and self._running.poll() is not None:
            log.error("ops:courier:died", status=self._running.returncode)
            self._running = None
            signal.alarm(AGAIN)


def leave_to_the_server() -> None:
    """Hear these signals no more: in a worker too, which inherits them."""
    signal.alarm(0)
    for one in (signal.SIGCHLD, signal.SIGALRM):
        signal.signal(one, signal.SIG_DFL)
