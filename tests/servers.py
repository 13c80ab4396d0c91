"""Private PostgreSQL, Redis and Chromium for tests and benches, on sockets of their own; they die with the run."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from playwright.sync_api import Browser, Playwright
from psycopg import sql

PATIENCE = 30_000
"""Milliseconds a browser waits for what a page will show: how fast a machine is must never decide of a test."""
PLAIN = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"}


class Missing(RuntimeError):
    """A program is not installed. Never a skipped test: `make test` installs what is needed."""

    def __init__(self, package: str) -> None:
        super().__init__(f"{package} is not installed: run `make test`, or: sudo apt-get install {package}")


@dataclass
class Process:
    """A server process that can be stopped, and started again on the same data."""

    command: Sequence[str]
    log: Path
    ready: Callable[[], bool]
    stop_signal: signal.Signals
    _running: subprocess.Popen[bytes] | None = None

    def start(self, seconds: float = 20) -> None:
        """Return once the server answers. Raises RuntimeError, with the end of its log, when it does not."""
        with self.log.open("ab") as out:
            # Its own session: Ctrl-C in the terminal must reach the runner only, which then stops it in order.
            self._running = subprocess.Popen(
                self.command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True, env=PLAIN, cwd="/"
            )
        limit = time.monotonic() + seconds
        while not self.ready():
            if self._running.poll() is not None or time.monotonic() > limit:
                self.stop()
                raise RuntimeError(self.log.read_text()[-2000:])
            time.sleep(0.02)

    def stop(self) -> None:
        """Return once the process has ended; killed after ten seconds."""
        if self._running is None:
            return
        self._running.send_signal(self.stop_signal)
        try:
            self._running.wait(10)
        except subprocess.TimeoutExpired:
            self._running.kill()
            self._running.wait()
        self._running = None


@dataclass
class Postgres:
    """A PostgreSQL cluster whose superuser is `idp`, reached through a socket in `home`."""

    home: Path
    process: Process

    def url(self, database: str, user: str = "idp") -> str:
        """An SQLAlchemy URL."""
        return f"postgresql+psycopg://{user}@/{database}?host={self.home}"

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database, as a copy of another or empty, and return its URL."""
        self._say("create database {} template {}", database, template)
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, whoever is connected to it."""
        self._say("drop database if exists {} with (force)", database)

    def _say(self, statement: str, *names: str) -> None:
        with psycopg.connect(host=str(self.home), user="idp", dbname="postgres", autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@dataclass
class Redis:
    """A Redis server that keeps nothing on disk, reached through a socket."""

    url: str
    process: Process


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A new, empty PostgreSQL cluster; durability is off, as nothing here outlives a run."""
    programs = _postgres_programs()
    with short_folder("pg") as home:
        if os.getuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(home, "postgres")
        prefix = dies_with_us("INT", user="postgres")
        initdb = [*prefix, f"{programs}/initdb", "-D", f"{home}/data", "-U", "idp", "-A", "trust", "-E", "UTF8"]
        subprocess.run([*initdb, "--locale=C.UTF-8", "--no-sync"], check=True, capture_output=True, env=PLAIN, cwd="/")
        options = ["listen_addresses=", f"unix_socket_directories={home}", "shared_buffers=32MB"]
        options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        command = [*prefix, f"{programs}/postgres", "-D", f"{home}/data"]
        command += [part for option in options for part in ("-c", option)]
        ask = [f"{programs}/pg_isready", "-q", "-h", str(home)]
        process = Process(
            command, home / "log", lambda: subprocess.run(ask, env=PLAIN, check=False).returncode == 0, signal.SIGINT
        )
        with _running(process):
            yield Postgres(home, process)


@contextmanager
def redis() -> Iterator[Redis]:
    """A new, empty Redis server that evicts nothing, as production requires."""
    program = shutil.which("redis-server")
    if program is None:
        raise Missing("redis-server")
    with short_folder("rd") as home:
        path = home / "s"
        command = [*dies_with_us("TERM"), program, "--port", "0", "--unixsocket", str(path), "--dir", str(home)]
        command += ["--save", "", "--appendonly", "no", "--daemonize", "no", "--maxmemory-policy", "noeviction"]
        process = Process(command, home / "log", lambda: _answers(path), signal.SIGTERM)
        with _running(process):
            yield Redis(f"unix://{path}?db=0", process)


@contextmanager
def chromium(playwright: Playwright, *flags: str) -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    program = shutil.which("chromium")
    if program is None:
        raise Missing("chromium")
    # A container's /dev/shm may be too small for a browser.
    browser = playwright.chromium.launch(executable_path=program, args=["--disable-dev-shm-usage", *flags])
    yield browser
    browser.close()


@contextmanager
def _running(process: Process) -> Iterator[None]:
    process.start()
    try:
        yield
    finally:
        process.stop()


@contextmanager
def short_folder(prefix: str) -> Iterator[Path]:
    """A folder that goes away: short, as a socket's path has 107 bytes at most, which the postgres account reaches."""
    path = Path(tempfile.mkdtemp(prefix=prefix, dir="/tmp"))
    try:
        yield path
    finally:
        shutil.rmtree(path)


def _postgres_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
    if not found:
        raise Missing("postgresql")
    return found[-1]


def dies_with_us(by: str, user: str | None = None) -> list[str]:
    """A prefix: the server dies with the thread that starts it, and leaves root for `user`.

    setpriv executes the server in its place, so the process we hold is the server's own; su and runuser stay between.
    """
    leave = [f"--reuid={user}", f"--regid={user}", "--init-groups"] if user and os.getuid() == 0 else []
    return ["setpriv", *leave, "--pdeathsig", by]


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True
