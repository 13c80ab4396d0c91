"""The examples on PostgreSQL and Redis, with two provider processes behind one address, requests alternating."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, build_opener

from examples import run
from tests.balancing import Balancer, balancer
from tests.examples.running import READY, ROOT, free_ports


@dataclass
class Pair:
    """Where everything answers; `provider` is the balancer's address."""

    provider: str
    portal: str
    postbox: str
    balancer: Balancer


@contextmanager
def pair(folder: Path, database_url: str, shortlived_url: str, **settings: str) -> Iterator[Pair]:
    """Seed and start them in `folder`; whatever happens, nothing of them stays."""
    ports = free_ports()
    first, portal, postbox, smtp, _ = ports
    second = next(port for port in free_ports() if port not in ports)
    with balancer(first, second) as front, ExitStack() as stack:
        env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        env |= {"PYTHONPATH": str(ROOT), "PORTAL_PORT": str(portal), "IDP_LOG_LEVEL": "WARNING"}
        env |= {"IDP_ISSUER": front.url, "IDP_DATABASE_URL": database_url, "IDP_SHORTLIVED_URL": shortlived_url}
        env |= run.leading_to(postbox, smtp) | settings
        (folder / "var").mkdir()
        _run_once(folder, env, "app", "db", "upgrade")
        config = _run_once(folder, env, "examples.seed").splitlines()[-1]
        started = {
            f"http://localhost:{postbox}/": _start(stack, folder, env, "examples.postbox", "var"),
            f"http://localhost:{first}/readyz": _start(stack, folder, env | {"IDP_PORT": str(first)}, "app", "serve"),
            f"http://localhost:{second}/readyz": _start(stack, folder, env | {"IDP_PORT": str(second)}, "app", "serve"),
            f"http://localhost:{portal}/": _start(stack, folder, env, "examples.portal", config),
        }
        stack.callback(lambda: [process.terminate() for process in started.values()])
        for address, process in started.items():
            _until_it_answers(address, process)
        yield Pair(front.url, f"http://localhost:{portal}", f"http://localhost:{postbox}", front)


def _run_once(folder: Path, env: Mapping[str, str], *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _start(stack: ExitStack, folder: Path, env: Mapping[str, str], *command: str) -> subprocess.Popen[bytes]:
    log = stack.enter_context((folder / "said.log").open("ab"))
    tied = ["setpriv", "--pdeathsig", "TERM", sys.executable, "-m", *command]
    process = subprocess.Popen(tied, cwd=folder, env=env, stdout=log, stderr=log, start_new_session=True)
    stack.callback(process.wait, 20)
    stack.callback(process.terminate)
    return process


def _until_it_answers(address: str, process: subprocess.Popen[bytes]) -> None:
    visit, limit = build_opener(ProxyHandler({})).open, time.monotonic() + READY
    while process.poll() is None and time.monotonic() < limit:
        try:
            visit(address, timeout=5)
        except (HTTPError, URLError, OSError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"{address} does not answer")
