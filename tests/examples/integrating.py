"""The samples of docs/integrate.md as their readers run them: a program of its own, registered by the command line."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from examples.invented import FUND
from tests.examples.running import ROOT, Examples
from tests.postboxes import free_port

SAMPLES = ROOT / "examples" / "integrate"
COMMANDS: dict[str, Sequence[str]] = {
    "python": (sys.executable, "portal.py"),
    "node": (str(ROOT / ".venv" / "bin" / "node"), "portal.js"),
}
"""How each is started, in its folder."""


@dataclass(frozen=True)
class Sample:
    """A running sample: its own address, and its client."""

    url: str
    client_id: str


@contextmanager
def running(language: str, examples: Examples, folder: Path) -> Iterator[Sample]:
    """Register a client for the sample, and start it; it ends with the test."""
    port = free_port()
    sample = Sample(f"http://localhost:{port}", f"sample-{language}")
    secret = json.loads(idp(examples, folder, *_registration(sample)))["client_secret"]
    env = {"ISSUER": examples.provider, "CLIENT_ID": sample.client_id, "CLIENT_SECRET": secret, "PORT": str(port)}
    tied = ["setpriv", "--pdeathsig", "KILL", *COMMANDS[language]]
    with (folder / f"{language}.log").open("wb") as log:
        process = subprocess.Popen(
            tied, cwd=SAMPLES / language, env={"PATH": os.environ["PATH"]} | env, stdout=log, stderr=log
        )
    try:
        _until_it_answers(sample.url, process, folder / f"{language}.log")
        yield sample
    finally:
        process.kill()
        process.wait()


def idp(examples: Examples, folder: Path, *arguments: str) -> str:
    """Run a command of `idp` on the data of the running provider; what it printed."""
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "IDP_ISSUER": examples.provider}
    command, env = [sys.executable, "-m", "app", *arguments], env | {"IDP_OPERATOR": "tests"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _registration(sample: Sample) -> Iterator[str]:
    yield from ("clients", "add", "--json", "--first-party", "--client-id", sample.client_id, "--fund", FUND)
    yield from ("--name", f"Exemple {sample.client_id}", "--scope", "openid profile email organization")
    yield from ("--redirect-uri", f"{sample.url}/callback", "--post-logout-redirect-uri", f"{sample.url}/")
    yield from ("--backchannel-logout-uri", f"{sample.url}/backchannel-logout")


def _until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    limit = time.monotonic() + 40
    while process.poll() is None and time.monotonic() < limit:
        try:
            httpx.get(url, trust_env=False)
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(log.read_text())
