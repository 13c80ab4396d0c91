"""openid-client, of npm, over https with a private authority (OpenID Connect Core 3.1, 5.3, 12; RFC 9207)."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.browser import CHALLENGE, VERIFIER
from tests.builders import SIGNED_OUT
from tests.protocol.clients.conftest import Person, Secure

ROOT = Path(__file__).parents[3]
NODE = ROOT / ".venv" / "bin" / "node"
LIBRARY = ROOT / "examples" / "integrate" / "node" / "node_modules" / "openid-client" / "build" / "index.js"
SCRIPT = Path(__file__).with_name("openid_client.mjs")
Client = Callable[..., Any]


@pytest.fixture
def client(provider: Secure) -> Client:
    """The portal: what it says to a call, or the error it understood."""
    known = {"issuer": provider.issuer, "id": provider.portal.client_id, "secret": provider.portal.secret}

    def calls(call: str, **asked: Any) -> Any:
        done = subprocess.run(
            [str(NODE), str(SCRIPT), str(LIBRARY)],
            input=json.dumps(known | {"call": call} | asked),
            env={"NODE_EXTRA_CA_CERTS": str(provider.papers.authority)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        return answer.get("said", answer)

    return calls


def leaves(client: Client, person: Person, **parameters: str) -> str:
    """Send the person to the provider; the address with the answer."""
    asked = {"redirect_uri": person.provider.portal.redirect_uri, "scope": "openid profile"}
    asked |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256", "state": "state", "nonce": "nonce"}
    return person.goes(client("leave", parameters=asked | parameters))


def redeems(client: Client, url: str) -> Any:
    """The tokens of an answer, checked by the library, or its error."""
    return client("redeem", url=url, verifier=VERIFIER, state="state", nonce="nonce")


def test_it_signs_in_refreshes_and_asks_who_it_is(client, person, provider):
    told = redeems(client, leaves(client, person))
    sub = told["claims"]["sub"]
    assert told["claims"]["iss"] == provider.issuer
    assert client("userinfo", token=told["access_token"], sub=sub)["name"] == "Léa Martin"
    again = client("refresh", token=told["refresh_token"])
    assert client("userinfo", token=again["access_token"], sub=sub)["sub"] == sub


def test_it_signs_out_and_understands_what_has_ended(client, person):
    told = redeems(client, leaves(client, person))
    left = {"id_token_hint": told["id_token"], "post_logout_redirect_uri": SIGNED_OUT, "state": "bye"}
    assert person.goes(client("sign_out", parameters=left)) == f"{SIGNED_OUT}?state=bye"
    assert redeems(client, leaves(client, person, prompt="none")) == {"error": "login_required"}
    assert client("refresh", token=told["refresh_token"]) == {"error": "invalid_grant"}


def test_it_understands_that_a_code_was_used(client, person):
    answer = leaves(client, person)
    redeems(client, answer)
    assert redeems(client, answer) == {"error": "invalid_grant"}


def test_it_understands_that_the_person_refused(client, person, provider):
    """RFC 6749 4.1.2.1."""
    leaves(client, person)
    firm = provider.firm
    asked = {"redirect_uri": firm.redirect_uri, "scope": "openid", "state": "state", "nonce": "nonce"}
    asked |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    own = {"id": firm.client_id, "secret": firm.secret}
    answer = person.refuses(client("leave", parameters=asked, **own))
    checks = {"verifier": VERIFIER, "state": "state", "nonce": "nonce"}
    assert client("redeem", url=answer, **checks, **own) == {"error": "access_denied"}


def test_it_refuses_an_answer_of_another_issuer(client, person):
    """RFC 9207 2.4."""
    answer = leaves(client, person).replace("iss=https", "iss=http")
    assert "access_token" not in redeems(client, answer)
