"""The courier of `idp serve`: it delivers, comes back when it dies, and never outlives the server."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.idp.ops.serving import ROOT, Served
from tests.idp.ops.serving import serving as a_server
from tests.idp.ops.test_serving import gone, until
from tests.postboxes import AUTHORIZATION, Postbox, postbox


@pytest.fixture
def box() -> Iterator[Postbox]:
    with postbox() as running:
        yield running


def settings(box: Postbox) -> dict[str, str]:
    return {
        "SMTP_HOST": "127.0.0.1",
        "SMTP_PORT": str(box.smtp_port),
        "SMTP_TLS": "none",
        "SMS_URL": f"{box.url}/sms",
        "SMS_AUTHORIZATION": AUTHORIZATION,
    }


def idp(home: Path, *arguments: str, **changed: str) -> str:
    """A command of `idp` on the data of that server."""
    values = {
        "DATABASE_URL": f"sqlite:///{home}/var/idp.db",
        "SHORTLIVED_URL": f"sqlite:///{home}/var/shortlived.db",
        "MASTER_KEY_FILE": f"{home}/var/master.key",
        "OPERATOR": "ada",
    }
    environment = {f"IDP_{name}": value for name, value in (values | changed).items()}
    done = subprocess.run(
        [sys.executable, "-m", "app", *arguments],
        cwd=ROOT, env={"PATH": os.environ["PATH"]} | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def courier(served: Served) -> int:
    assert until(served.couriers)
    return served.couriers()[0]


def test_a_message_that_is_written_leaves_by_itself(tmp_path: Path, box: Postbox):
    with a_server(tmp_path, **settings(box)):
        idp(tmp_path, "outbox", "try", "lea@martin.example.org")
        idp(tmp_path, "outbox", "try", "+262639980001")
        assert until(lambda: len(box.items()) == 2)


def test_a_courier_that_was_killed_is_begun_again_and_loses_nothing(tmp_path: Path, box: Postbox):
    """Killed while the server takes its time with the last byte: the mail may come twice, never not at all."""
    box.trouble("lea@martin.example.org", "slow", times=1, seconds=3)
    with a_server(tmp_path, **settings(box)) as served:
        first = courier(served)
        idp(tmp_path, "outbox", "try", "lea@martin.example.org")
        assert until(lambda: box.box.attempts)
        os.kill(first, signal.SIGKILL)
        assert until(lambda: served.couriers() not in ([], [first]), 20)
        idp(tmp_path, "outbox", "try", "karim@benali.example.org")
        assert until(lambda: box.items("karim@benali.example.org"), 20)
        assert until(lambda: box.items("lea@martin.example.org"), 90)
    assert len(box.items("lea@martin.example.org")) <= 2


def test_stopped_the_server_ends_its_courier(tmp_path: Path, box: Postbox):
    with a_server(tmp_path, **settings(box)) as served:
        pid = courier(served)
        served.process.send_signal(signal.SIGTERM)
        assert served.ends()[0] == 0
        assert gone(pid)


def test_killed_the_server_is_not_outlived_by_its_courier(tmp_path: Path, box: Postbox):
    with a_server(tmp_path, **settings(box)) as served:
        pid = courier(served)
        served.process.kill()
        assert until(lambda: gone(pid))
