"""How a program started by `examples.run` ends with it, whatever becomes of its parent."""

import ctypes
import os
import signal

_PR_SET_PDEATHSIG = 1


def die_with_parent() -> None:
    """Be told to end when the parent has ended, even when it was killed. For Linux; elsewhere nothing happens."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() == 1 and os.environ.get("EXAMPLES_PARENT", "1") != "1":
            os.kill(os.getpid(), signal.SIGTERM)  # it ended before we asked
