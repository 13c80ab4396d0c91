"""How a server leaves: it takes no new connection, answers all it has, and only then ends.

A connection that the kernel has taken and that nobody has read yet is reset when its listening socket closes. A proxy
must not send the form that was on it to another node. So the sockets first stop answering to whoever knocks, for a
moment in which what is connected gets read: who knocks then knocks again a second later (RFC 6298, 2.1), is refused,
and asks another node, having sent nothing.
"""

import ctypes
import os
import signal
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import FrameType

import structlog
from granian.server.mp import MPServer

MOMENT = 0.7
"""Seconds between the last connection and the stop: less than a second, so that a second knock is refused."""
SIGNAL = signal.SIGUSR2
"""What tells a worker to take no new connection; it ends one that has not begun to listen."""

_SO_ATTACH_FILTER = 26  # asm-generic/socket.h
_INSTRUCTION = struct.Struct("HBBI")  # linux/filter.h: code, jump if true, jump if false, operand
_NO_KNOCK = (
    (0x30, 0, 0, 13),  # take the flags of the TCP header (RFC 9293, 3.1)
    (0x45, 0, 1, 0x02),  # with SYN, go on; without, skip one
    (0x06, 0, 0, 0),  # drop the packet
    (0x06, 0, 0, 0xFFFFFFFF),  # keep it whole
)

log = structlog.get_logger("idp.ops.leaving")


class Server(MPServer):
    """Granian, which closes its door before it leaves."""

    def _stop_workers(self) -> None:
        for worker in self.wrks:
            worker.interrupt_by_parent = True
            with suppress(ProcessLookupError):  # it has died by itself
                os.kill(worker.inner.pid, SIGNAL)
        time.sleep(MOMENT)
        super()._stop_workers()  # type: ignore[no-untyped-call]


def heed() -> None:
    """Have this worker close its door when its parent says so."""
    signal.signal(SIGNAL, _close_the_door)


def _close_the_door(_number: int, _frame: FrameType | None) -> None:
    program = ctypes.create_string_buffer(b"".join(_INSTRUCTION.pack(*one) for one in _NO_KNOCK))
    asked = struct.pack("HL", len(_NO_KNOCK), ctypes.addressof(program))
    for door in _listening():
        try:
            door.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, asked)
        except OSError as error:
            log.warning("ops:leaving:open", error=error.strerror)


def _listening() -> Iterator[socket.socket]:
    """The sockets of this process that listen; the server opens them where Python does not see them."""
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            found = socket.socket(fileno=int(descriptor.name))
        except OSError:
            continue  # a file, or what listed the folder
        if found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
            yield found
        found.detach()
