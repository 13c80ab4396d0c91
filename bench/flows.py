"""The flows that are measured: the same requests to either provider, found through its discovery document."""

import base64
import hashlib
import html
import itertools
import json
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.browser import Answer, Connection, Unexpected
from bench.load import Flow, Step

CALLBACK = "https://portal.example.org/callback"
SCOPE = "openid profile email"
DISCOVERY = "/.well-known/openid-configuration"

_INPUT = re.compile(r'<input[^>]*name="csrf_token"[^>]*value="([^"]*)"')


@dataclass(frozen=True)
class Client:
    """A registered client, which proves itself by HTTP Basic."""

    client_id: str
    secret: str

    @property
    def authorization(self) -> str:
        """The header that proves it."""
        return "Basic " + base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()


@dataclass(frozen=True)
class Provider:
    """A provider under load: its clients by what their tokens are signed with, and the people who may sign in."""

    port: int
    clients: dict[str, Client]
    people: Iterator[tuple[str, str]]

    def endpoint(self, connection: Connection, name: str) -> str:
        """The path of an endpoint."""
        metadata: dict[str, str] = json.loads(connection.get(DISCOVERY).of(200).body)
        return urlsplit(metadata[f"{name}_endpoint"]).path


class Person:
    """Someone at a browser on one connection, who uses one client."""

    def __init__(self, provider: Provider, signed_with: str, connection: Connection) -> None:
        self.connection = connection
        self.client = provider.clients[signed_with]
        self.email, self.password = next(provider.people)
        self._authorize = provider.endpoint(connection, "authorization")
        self._token = provider.endpoint(connection, "token")

    def sign_in(self) -> None:
        """Through whatever pages the provider shows, up to a code."""
        self.connection.cookies.clear()
        path, _ = self._question()
        answer = self.connection.get(path)
        for _ in range(8):
            if answer.status == 200:
                form = {"csrf_token": _csrf_token(answer), "email": self.email, "password": self.password}
                answer = self.connection.post(path, form)
            if answer.location.startswith(CALLBACK):
                _code(answer)
                return
            path = _path(answer.location)
            answer = self.connection.get(path)
        raise Unexpected("a sign-in that does not end")

    def code_flow(self) -> dict[str, str]:
        """A code without a page, since the session is there, and its tokens."""
        path, verifier = self._question()
        code = _code(self.connection.get(path).of(303))
        asked = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK, "code_verifier": verifier}
        return self.tokens(asked)

    def tokens(self, asked: dict[str, str]) -> dict[str, str]:
        """What the token endpoint answers."""
        answer = self.connection.post(self._token, asked, self.client.authorization).of(200)
        found: dict[str, str] = json.loads(answer.body)
        return found

    def _question(self) -> tuple[str, str]:
        """An authorization request and its verifier, both new."""
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        asked = {"client_id": self.client.client_id, "response_type": "code", "redirect_uri": CALLBACK}
        asked |= {"scope": SCOPE, "state": secrets.token_urlsafe(16), "nonce": secrets.token_urlsafe(16)}
        asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        return f"{self._authorize}?{urlencode(asked)}", verifier


def discovery(provider: Provider) -> Flow:
    """The metadata."""
    return lambda connection: lambda: _get(connection, DISCOVERY)


def jwks(provider: Provider) -> Flow:
    """The public keys."""

    def prepare(connection: Connection) -> Step:
        path = urlsplit(json.loads(connection.get(DISCOVERY).of(200).body)["jwks_uri"]).path
        return lambda: _get(connection, path)

    return prepare


def code(signed_with: str) -> Callable[[Provider], Flow]:
    """Authorization and token request of someone who has a session: two requests."""

    def prepare(provider: Provider, connection: Connection) -> Step:
        person = _signed_in(provider, signed_with, connection)
        return lambda: _has(person.code_flow(), "id_token")

    return lambda provider: lambda connection: prepare(provider, connection)


def refresh(signed_with: str) -> Callable[[Provider], Flow]:
    """A refresh with rotation: each gives the token of the next."""

    def prepare(provider: Provider, connection: Connection) -> Step:
        person = _signed_in(provider, signed_with, connection)
        kept = person.code_flow()

        def step() -> None:
            former = kept["refresh_token"]
            kept.update(person.tokens({"grant_type": "refresh_token", "refresh_token": former}))
            if kept["refresh_token"] == former:
                raise Unexpected("a refresh token that was not rotated")

        return step

    return lambda provider: lambda connection: prepare(provider, connection)


def userinfo(provider: Provider) -> Flow:
    """The claims of the person."""

    def prepare(connection: Connection) -> Step:
        person = _signed_in(provider, "userinfo", connection)
        path, token = provider.endpoint(connection, "userinfo"), person.code_flow()["access_token"]
        return lambda: _has(json.loads(connection.get(path, f"Bearer {token}").of(200).body), "email")

    return prepare


def sign_in(provider: Provider) -> Flow:
    """A person with no session: authorization request, page, password, answer."""
    return lambda connection: Person(provider, "ES256", connection).sign_in


def endlessly(people: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """These people, over and over: each new connection is the next one."""
    return itertools.cycle(people)


def _signed_in(provider: Provider, signed_with: str, connection: Connection) -> Person:
    person = Person(provider, signed_with, connection)
    person.sign_in()
    return person


def _get(connection: Connection, path: str) -> None:
    connection.get(path).of(200)


def _has(found: dict[str, str], name: str) -> None:
    if name not in found:
        raise Unexpected(f"an answer without {name}")


def _code(answer: Answer) -> str:
    query = parse_qs(urlsplit(answer.location).query)
    if "code" not in query:
        raise Unexpected(f"no code: {answer.location}")
    return query["code"][0]


def _path(location: str) -> str:
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _csrf_token(page: Answer) -> str:
    found = _INPUT.search(page.body.decode())
    if found is None:
        raise Unexpected(f"a page without a form: {page.body[:500]!r}")
    return html.unescape(found[1])
