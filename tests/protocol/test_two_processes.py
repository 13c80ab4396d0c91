"""What is used once is used once, whichever process is asked (RFC 6749 4.1.2, RFC 9700 4.14)."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser import VERIFIER, Browser
from tests.builders import a_client, a_member
from tests.relying_party import RelyingParty
from tests.rows import row

ROOT = Path(__file__).parents[2]
SETTINGS = ("database_url", "shortlived_url", "master_key_file", "cheap_hashes")


@pytest.fixture
def party(any_app):
    with any_app.app_context():
        return RelyingParty(any_app, a_client())


@pytest.fixture
def lea(any_app):
    with any_app.app_context():
        return a_member()


def from_two_processes(party, **data):
    """Sixteen requests at once, eight from each of two processes."""
    chosen = party.app.extensions["settings"]
    env = os.environ | {f"IDP_{name.upper()}": str(getattr(chosen, name)) for name in SETTINGS}
    env |= {"PYTHONPATH": str(ROOT), "IDP_LOG_LEVEL": "ERROR"}
    command = [sys.executable, str(Path(__file__).with_name("contender.py"))]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    contenders = [subprocess.Popen(command, cwd=ROOT, env=env, **pipes) for _ in range(2)]
    asked = json.dumps({"data": data, "auth": [party.portal.client_id, party.portal.secret]})
    for contender in contenders:
        print(asked, file=contender.stdin, flush=True)
    for contender in contenders:
        assert contender.stdout.readline() == "ready\n"
    for contender in contenders:
        print("go", file=contender.stdin, flush=True)
    told = [contender.communicate(timeout=60)[0] for contender in contenders]
    return [reply for text in told for reply in json.loads(text.splitlines()[-1])]


@row("OID-5")
def test_a_code_has_one_winner_and_the_replay_ends_what_it_won(party, lea):
    code = party.code_of(lea, Browser(party.app))
    form = {"code": code, "redirect_uri": party.portal.redirect_uri, "code_verifier": VERIFIER}
    replies = from_two_processes(party, grant_type="authorization_code", **form)
    assert sorted(status for status, _ in replies) == [200] + [400] * 15
    won = next(body for status, body in replies if status == 200)
    assert party.refreshes(won["refresh_token"]).error == "invalid_grant"
    assert party.userinfo(won["access_token"]).status == 401


@row("OID-11")
def test_a_refresh_token_has_one_successor_and_its_family_lives(party, lea):
    token = party.tokens_of(lea, Browser(party.app))["refresh_token"]
    replies = from_two_processes(party, grant_type="refresh_token", refresh_token=token)
    assert [status for status, _ in replies] == [200] * 16
    successors = {body["refresh_token"] for _, body in replies}
    assert len(successors) == 1
    assert party.refreshes(successors.pop()).ok
