"""While more people sign in than a node can verify, the rest of the protocol is served all the same."""

import re
import threading
import time
from collections import Counter
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from app import create_app
from idp.settings import Settings
from tests import builders
from tests.browser import request_of
from tests.idp.ops.serving import Served, serving
from tests.rows import row

PEOPLE = 12

_numbers = count()


@pytest.fixture
def portal(busy: Served) -> builders.Portal:
    """A client of the server's own database."""
    files = {
        "database_url": f"sqlite:///{busy.home}/var/idp.db",
        "shortlived_url": f"sqlite:///{busy.home}/var/shortlived.db",
        "master_key_file": busy.home / "var" / "master.key",
    }
    with create_app(Settings(_env_file=None, **files)).app_context():
        return builders.a_client()


@pytest.fixture
def busy(tmp_path: Path) -> object:
    """A server with hashes at their full price."""
    with serving(tmp_path) as running:
        yield running


def keeps_trying(served: Served, portal: builders.Portal, until: float, answers: Counter[int]) -> None:
    """A person who tries one password after another, each for another address."""
    with httpx.Client(base_url=f"http://localhost:{served.port}", follow_redirects=True, timeout=20) as browser:
        page = browser.get(f"/authorize?{urlencode(request_of(portal))}")
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
        assert token, page.text
        while time.monotonic() < until:
            typed = {"email": f"nobody{next(_numbers)}@example.org", "password": "wrong", "csrf_token": token[1]}
            answer = browser.post(page.url, data=typed)
            answers[answer.status_code] += 1
            assert answer.status_code != 503 or answer.headers["Retry-After"]


@row("DOS-1", "PWD-6")
def test_keys_and_discovery_are_served_while_sign_ins_wait(busy: Served, portal: builders.Portal):
    answers: Counter[int] = Counter()
    until = time.monotonic() + 5
    people = [threading.Thread(target=keeps_trying, args=(busy, portal, until, answers)) for _ in range(PEOPLE)]
    for person in people:
        person.start()
    spent = []
    while time.monotonic() < until:
        started = time.monotonic()
        assert busy.status("GET", "/jwks") == 200
        spent.append(time.monotonic() - started)
        time.sleep(0.02)
    for person in people:
        person.join()
    assert set(answers) == {422, 503}, answers  # judged, or asked to come back: nobody waits without end
    assert sorted(spent)[len(spent) // 2] < 0.25, sorted(spent)
    assert max(spent) < 2, sorted(spent)
