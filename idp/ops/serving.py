"""The production server: what must hold before it starts, and Granian with every limit set."""

import ctypes
import errno
import ipaddress
import os
import signal
import socket
import sys
from contextlib import suppress

import structlog
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from idp import clock
from idp.db import db, unit_of_work
from idp.errors import DatabaseUnavailable, StoreUnavailable
from idp.extensions import ring, store
from idp.ops import doctor, health, leaving, schema
from idp.ops.courier import CourierProcess, leave_to_the_server
from idp.settings import Settings
from keys.errors import NoKey

ALGORITHMS = ("RS256", "ES256")
CONNECTIONS = 512
"""Connections a worker accepts at once; more wait in the kernel's queue, then are refused."""
STOPPING = 10
"""Seconds a worker may take to finish what it answers."""

_PR_SET_PDEATHSIG = 1
_MALLOC = "MALLOC_MMAP_THRESHOLD_"
_SMALLEST_HEADER = 8192  # bytes: the HTTP library accepts no smaller buffer

log = structlog.get_logger("idp.ops.serving")


def give_memory_back() -> None:
    """Start this very program again with blocks over 1 MiB given back once freed: what a password hash takes.

    The C library reads that variable before Python begins.
    """
    if _MALLOC not in os.environ:
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], os.environ | {_MALLOC: str(1 << 20)})  # noqa: S606


def obstacles(chosen: Settings) -> list[str]:
    """Every reason not to start. In development a missing table or key is made on the way instead."""
    found = list(filter(None, [_port_problem(chosen)]))
    try:
        if not schema.is_current():
            if chosen.is_production:
                return [*found, "the database was not migrated to this version: run `idp db upgrade`"]
            schema.bring_up_to_date()
    except DatabaseUnavailable:
        return [*found, "the database does not answer: see IDP_DATABASE_URL"]
    found += [*_key_problems(chosen), *doctor.obstacles(chosen)]
    for danger in doctor.dangers(chosen):
        log.warning("ops:serving:unsafe", check=danger.check, seen=danger.seen.what, do=danger.seen.do)
    with suppress(StoreUnavailable):
        store.epoch()  # begins now where it is new, and not with the first client that signs
    distance = health.clock_distance()
    if distance is not None and distance > health.REFUSAL:
        found.append(f"the clocks of this node and of the database are {distance.total_seconds():.0f} s apart")
    elif distance is not None and distance > health.ALARM:
        log.warning("ops:serving:clocks", seconds=round(distance.total_seconds(), 1))
    return found


def run(chosen: Settings) -> None:
    """Serve until told to stop: SIGTERM and Ctrl-C let the answers under way finish."""
    # The workers are forks of this process: they must not share its connections, and it keeps none while it waits.
    db.session.remove()
    db.engine.dispose()
    served, courier = server(chosen), CourierProcess()
    served.on_startup(courier.start)
    try:
        served.serve()
    finally:
        courier.stop()


def server(chosen: Settings) -> leaving.Server:
    """Granian with our limits; it limits nothing by itself.

    It cannot time a body: one sent slowly holds a thread. The proxy in front must buffer bodies, as nginx does.
    """
    return leaving.Server(
        "app:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=chosen.host,
        port=chosen.port,
        workers=chosen.workers,
        blocking_threads=chosen.threads,
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=round(chosen.header_timeout.total_seconds() * 1000),
            max_buffer_size=max(chosen.max_header, _SMALLEST_HEADER),
        ),
        websockets=False,
        log_access=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=STOPPING,
    )


def become_a_worker() -> None:
    """What a worker does first: leave Ctrl-C to its parent, die with it, and heed a stop while it starts."""
    os.setpgid(0, 0)
    leave_to_the_server()
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    # The handler inherited from the parent only notes the signal in memory that is no longer the parent's.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    leaving.heed()


def _key_problems(chosen: Settings) -> list[str]:
    """The servers' role may not write keys: outside development an operator makes the first ones."""
    if not chosen.is_production:
        with unit_of_work():
            ring.prepare(ALGORITHMS, clock.now())
    with unit_of_work(writes=False):
        try:
            for alg in ALGORITHMS:
                ring.signing(alg, clock.now())
        except NoKey as error:
            return [f"{error}: run `idp keys rotate`"]
    return []


def _port_problem(chosen: Settings) -> str | None:
    """Workers bind for themselves, and the kernel lets programs of one user share a port: two would take turns."""
    try:
        family = socket.AF_INET6 if ipaddress.ip_address(chosen.host).version == 6 else socket.AF_INET
    except ValueError:
        return f"{chosen.host!r} is no IP address: see IDP_HOST"
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((chosen.host, chosen.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"port {chosen.port} is taken by another program: stop it, or set IDP_PORT"
            return f"{chosen.host}:{chosen.port} cannot be listened on ({error.strerror}): see IDP_HOST and IDP_PORT"
    return None
