"""ruby-openid-connect, of Debian, over https with a private authority (OpenID Connect Core 3.1, 5.3, 12)."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.browser import CHALLENGE, VERIFIER
from tests.builders import SIGNED_OUT, Portal
from tests.protocol.clients.conftest import Person, Secure
from tests.servers import PLAIN, Missing

RUBY = Path("/usr/bin/ruby")
SCRIPT = Path(__file__).with_name("openid_connect.rb")
Client = Callable[..., Any]


def speaks(provider: Secure, portal: Portal) -> Iterator[Client]:
    """The program of a portal: what it says to a call, or the error it understood."""
    if not RUBY.exists():
        raise Missing("ruby-openid-connect")
    place = [provider.issuer, portal.client_id, portal.secret or "", portal.redirect_uri]
    command = [str(RUBY), str(SCRIPT), *place, str(provider.papers.authority)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=PLAIN, **pipes) as process:

        def calls(call: str, **asked: Any) -> Any:
            process.stdin.write(json.dumps({"call": call} | asked) + "\n")
            process.stdin.flush()
            answer = json.loads(process.stdout.readline())
            return answer.get("said", answer)

        yield calls


@pytest.fixture(scope="module")
def client(provider: Secure) -> Iterator[Client]:
    """The portal."""
    yield from speaks(provider, provider.portal)


@pytest.fixture(scope="module")
def partner(provider: Secure) -> Iterator[Client]:
    """A third party, which asks for consent."""
    yield from speaks(provider, provider.firm)


def asks(client: Client, **parameters: str) -> str:
    """The address at the provider to which the person is sent."""
    asked = {"scope": "profile", "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
    return str(client("leave", parameters=asked | {"state": "state", "nonce": "nonce"} | parameters))


def answered(url: str) -> dict[str, str]:
    """What an answer says."""
    return dict(parse_qsl(urlsplit(url).query))


def signs_in(client: Client, person: Person) -> Any:
    """The tokens, and what the library checked of them."""
    return redeems(client, answered(person.goes(asks(client)))["code"])


def redeems(client: Client, code: str) -> Any:
    return client("redeem", code=code, verifier=VERIFIER, nonce="nonce")


def test_it_signs_in_refreshes_and_asks_who_it_is(client, person, provider):
    told = signs_in(client, person)
    sub = told["claims"]["sub"]
    assert told["claims"]["iss"] == provider.issuer
    assert client("userinfo", token=told["access_token"])["name"] == "Léa Martin"
    again = client("refresh", token=told["refresh_token"])
    assert again["refresh_token"] != told["refresh_token"]
    assert client("userinfo", token=again["access_token"])["sub"] == sub


def test_it_signs_out_and_understands_what_has_ended(client, person):
    told = signs_in(client, person)
    left = {"id_token_hint": told["id_token"], "post_logout_redirect_uri": SIGNED_OUT, "state": "bye"}
    assert person.goes(client("sign_out", parameters=left)) == f"{SIGNED_OUT}?state=bye"
    assert answered(person.goes(asks(client, prompt="none")))["error"] == "login_required"
    assert client("refresh", token=told["refresh_token"]) == {"error": "invalid_grant"}
    assert client("userinfo", token=told["access_token"]) == {"error": "OpenIDConnect::Unauthorized"}


def test_it_understands_that_a_code_was_used(client, person):
    code = answered(person.goes(asks(client)))["code"]
    redeems(client, code)
    assert redeems(client, code) == {"error": "invalid_grant"}


def test_it_refuses_an_id_token_of_another_attempt(client, person):
    """Core 3.1.3.7, 11."""
    code = answered(person.goes(asks(client, nonce="another")))["code"]
    assert redeems(client, code) == {"error": "OpenIDConnect::ResponseObject::IdToken::InvalidNonce"}


def test_it_is_told_that_the_person_refused(client, partner, person):
    """RFC 6749 4.1.2.1."""
    person.goes(asks(client))
    answer = answered(person.refuses(asks(partner)))
    assert (answer["error"], answer["state"]) == ("access_denied", "state")
