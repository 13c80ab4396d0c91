"""`python -m examples.run`: provider, portal and postbox on a machine that has nothing else."""

import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.examples.running import free_ports, started


def test_everything_answers_and_the_personas_are_printed(tmp_path: Path):
    began = time.monotonic()
    with started(tmp_path, free_ports()) as examples:
        said = examples.until_ready()
        assert time.monotonic() - began < 20
        assert all(
            sign in said
            for sign in (examples.portal, examples.provider, examples.postbox, examples.firm, "Léa Martin", "karim@")
        )
        metadata = httpx.get(f"{examples.provider}/.well-known/openid-configuration").json()
        assert metadata["issuer"] == examples.provider
        assert "Me connecter" in httpx.get(examples.portal).text
        with httpx.Client(follow_redirects=True) as visitor:
            shown = visitor.get(f"{examples.portal}/login")
        assert shown.url.port == examples.provider_port
        assert "Caisse du Bâtiment du Val d’Exemple" in shown.text


def test_ctrl_c_ends_everything(tmp_path: Path):
    with started(tmp_path, free_ports()) as examples:
        examples.until_ready()
        assert len(examples.answering()) == 5
        rest = examples.press_ctrl_c()
        assert "Everything has ended." in rest
        assert "Traceback" not in rest
        assert examples.process.returncode == 0
        assert examples.answering() == []


def test_killed_it_leaves_nothing_behind(tmp_path: Path):
    with started(tmp_path, free_ports()) as examples:
        examples.until_ready()
        examples.process.kill()
        limit = time.monotonic() + 15
        while examples.answering():
            assert time.monotonic() < limit
            time.sleep(0.05)


def test_a_second_run_keeps_the_data(tmp_path: Path):
    ports, told = free_ports(), []
    for _ in range(2):
        with started(tmp_path, ports) as examples:
            examples.until_ready()
            examples.press_ctrl_c()
        told.append((tmp_path / "var" / f"portal-{ports[1]}.json").read_text())
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("place", "name"),
    list(enumerate(("IDP_PORT", "PORTAL_PORT", "POSTBOX_PORT", "POSTBOX_SMTP_PORT", "FIRM_PORT"))),
)
def test_a_taken_port_is_named(tmp_path: Path, place: int, name: str):
    ports = free_ports()
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports[place]))
        other.listen()
        with started(tmp_path, ports) as examples:
            said, _ = examples.process.communicate(timeout=20)
    assert f"Port {ports[place]} is taken" in said
    assert f"{name}=" in said
    assert "Traceback" not in said
