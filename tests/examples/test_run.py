"""`python -m examples.run`: provider and portal on a machine that has nothing else."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parents[2]
READY = 30
Ports = tuple[int, int]
Run = subprocess.Popen[str]


@pytest.fixture
def ports() -> Ports:
    """Two free ports."""
    with socket.socket() as one, socket.socket() as other:
        for probe in (one, other):
            probe.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


@pytest.fixture
def start(tmp_path: Path, ports: Ports) -> Iterator[Callable[[], Run]]:
    """Start the examples as a terminal does, in a folder of their own."""
    started: list[Run] = []

    def run() -> Run:
        places = {"IDP_PORT": str(ports[0]), "PORTAL_PORT": str(ports[1]), "PYTHONPATH": str(ROOT)}
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        started.append(
            subprocess.Popen(
                [sys.executable, "-u", "-m", "examples.run"],
                cwd=tmp_path,
                env=kept | places,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        )
        return started[-1]

    yield run
    for one in started:
        if one.poll() is None:
            os.killpg(one.pid, signal.SIGKILL)
        one.wait()


def until_ready(running: Run) -> str:
    """What it prints until it says how to end it."""
    said = ""
    limit = time.monotonic() + READY
    while "Ctrl-C" not in said:
        assert running.poll() is None, said
        assert time.monotonic() < limit, said
        said += running.stdout.readline()
    return said


def press_ctrl_c(running: Run) -> str:
    """The terminal tells the whole foreground group."""
    os.killpg(running.pid, signal.SIGINT)
    rest, _ = running.communicate(timeout=20)
    return rest


def answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_provider_and_portal_answer_and_the_personas_are_printed(start: Callable[[], Run], ports: Ports):
    began = time.monotonic()
    running = start()
    said = until_ready(running)
    assert time.monotonic() - began < 20
    provider, portal = (f"http://localhost:{port}" for port in ports)
    assert all(sign in said for sign in (portal, provider, "Léa Martin", "karim@benali.example.org"))
    assert httpx.get(f"{provider}/.well-known/openid-configuration").json()["issuer"] == provider
    assert "Me connecter" in httpx.get(portal).text
    asked = httpx.get(f"{portal}/login")
    assert asked.headers["Location"].startswith(f"{provider}/authorize?")
    shown = httpx.get(asked.headers["Location"], follow_redirects=True)
    assert "Caisse du Bâtiment du Val d’Exemple" in shown.text
    press_ctrl_c(running)


def test_ctrl_c_ends_everything(start: Callable[[], Run], ports: Ports):
    running = start()
    until_ready(running)
    rest = press_ctrl_c(running)
    assert "Everything has ended." in rest
    assert "Traceback" not in rest
    assert running.returncode == 0
    assert not any(map(answers, ports))


def test_killed_it_leaves_nothing_behind(start: Callable[[], Run], ports: Ports):
    running = start()
    until_ready(running)
    running.kill()
    limit = time.monotonic() + 15
    while any(map(answers, ports)):
        assert time.monotonic() < limit
        time.sleep(0.05)


def test_a_second_run_keeps_the_data(start: Callable[[], Run], tmp_path: Path, ports: Ports):
    told = []
    for _ in range(2):
        running = start()
        until_ready(running)
        press_ctrl_c(running)
        told.append((tmp_path / "var" / f"portal-{ports[1]}.json").read_text())
    assert told[0] == told[1]


@pytest.mark.parametrize(("place", "name"), [(0, "IDP_PORT"), (1, "PORTAL_PORT")])
def test_a_taken_port_is_named(start: Callable[[], Run], ports: Ports, place: int, name: str):
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports[place]))
        other.listen()
        said, _ = start().communicate(timeout=20)
    assert f"Port {ports[place]} is taken" in said
    assert name in said
    assert "Traceback" not in said
