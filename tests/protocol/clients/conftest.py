"""The provider over https, known by a private authority alone, and a person who signs in there."""

import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests import worlds
from tests.browser import _Forms
from tests.builders import Member, Portal, a_client, a_member
from tests.cluster.authority import Papers, papers
from tests.postboxes import free_port
from tests.servers import PATIENCE

ADDRESS = "127.0.0.1"


@dataclass
class Secure:
    """A running provider: its issuer, what clients trust, and who uses it."""

    app: Flask
    issuer: str
    papers: Papers
    portal: Portal
    firm: Portal
    """A third party, which asks for consent."""
    lea: Member

    def registers(self, **changes: Any) -> Portal:
        """One more client, whose program runs on this machine."""
        with self.app.app_context():
            return a_client(development=True, **changes)


@dataclass
class Person:
    """Follows redirects as long as they stay at the provider."""

    provider: Secure
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        trusted = ssl.create_default_context(cafile=str(self.provider.papers.authority))
        self.http = httpx.Client(verify=trusted, trust_env=False, timeout=PATIENCE / 1000)

    def goes(self, url: str) -> str:
        """Open an address, sign in if asked; the address elsewhere where it ends."""
        answer = self._follow(self.http.get(url))
        if not answer.is_redirect:
            typed = {"email": self.provider.lea.email, "password": self.provider.lea.password}
            known = dict(_Forms.of(answer.text).fields) | typed
            answer = self._follow(self.http.post(answer.url, data=known, headers={"Referer": str(answer.url)}))
        assert answer.is_redirect, answer.text
        return str(answer.headers["Location"])

    def refuses(self, url: str) -> str:
        """Open an address as whoever is signed in, and refuse what it asks; the address elsewhere where it ends."""
        answer = self.says("deny", url)
        assert answer.is_redirect, answer.text
        return str(answer.headers["Location"])

    def says(self, choice: str, url: str) -> httpx.Response:
        """Open an address as whoever is signed in, and choose; where that ends."""
        asking = self._follow(self.http.get(url))
        known = dict(_Forms.of(asking.text).fields) | {"choice": choice}
        return self._follow(self.http.post(asking.url, data=known, headers={"Referer": str(asking.url)}))

    def carries(self, page: httpx.Response, url: str) -> httpx.Response:
        """Post the form of a page to an address elsewhere, as its script does."""
        return self.http.post(url, data=dict(_Forms.of(page.text).fields))

    def _follow(self, answer: httpx.Response) -> httpx.Response:
        while answer.is_redirect:
            url = urljoin(str(answer.url), answer.headers["Location"])
            if not url.startswith(f"{self.provider.issuer}/"):
                break
            answer = self.http.get(url)
        return answer


@pytest.fixture(scope="module")
def provider(template: worlds.Template, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secure]:
    """One for the tests of a client; it trusts the authority, too, where it tells clients of a sign-out."""
    folder, port = tmp_path_factory.mktemp("provider"), free_port()
    issuer, made = f"https://{ADDRESS}:{port}", papers(folder, ADDRESS)
    slow = timedelta(milliseconds=PATIENCE)
    app = template.sqlite(folder, issuer=issuer, delivery_ca_file=made.authority, outbound_timeout=slow)
    with app.app_context():
        secure = Secure(app, issuer, made, a_client(), a_client(first_party=False), a_member())
    server = make_server(ADDRESS, port, app, threaded=True, ssl_context=made.context())
    server.socket.do_handshake_on_connect = False  # each connection in its thread, none waits for another
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield secure
    server.shutdown()
    thread.join()
    server.server_close()
    worlds.close(app)


@pytest.fixture
def person(provider: Secure) -> Iterator[Person]:
    """Léa, at a browser of her own."""
    made = Person(provider)
    yield made
    made.http.close()
