"""Stands where tests hand over an application, and asks a cluster over TLS instead: browsers and portals unchanged."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import requests

from tests.browser import ISSUER
from tests.cluster.running import Cluster
from tests.invariants import Observed

PATIENCE = 15


class Cookie(NamedTuple):
    """What a test asks of a cookie."""

    value: str


@dataclass(frozen=True)
class Answer:
    """A response in the words of werkzeug's test client."""

    received: requests.Response
    here: str

    @property
    def status_code(self) -> int:
        return self.received.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        told = self.received.headers.copy()
        if "Location" in told:
            told["Location"] = told["Location"].replace(self.here, ISSUER)
        return told

    @property
    def is_json(self) -> bool:
        return "json" in self.received.headers.get("Content-Type", "")

    def get_data(self, as_text: bool = False) -> str | bytes:
        return self.received.content.decode() if as_text else self.received.content

    def get_json(self) -> Any:
        return self.received.json()


class Client:
    """One profile of one browser, or one connection of a portal's server."""

    def __init__(self, cluster: Cluster, observed: Observed) -> None:
        self._cluster = cluster
        self._observed = observed
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = str(cluster.papers.authority)

    def get(self, url: str, **options: Any) -> Answer:
        return self.open(url, "GET", **options)

    def post(self, url: str, **options: Any) -> Answer:
        return self.open(url, "POST", **options)

    def open(self, url: str, method: str = "GET", base_url: str = "", **options: Any) -> Answer:
        """Ask, and note how long it took. `base_url` is where the test believes us to be."""
        here, began = self._cluster.provider, time.monotonic()
        options["params"] = options.pop("query_string", None)
        received = self._session.request(
            method, f"{here}{url.removeprefix(ISSUER)}", allow_redirects=False, timeout=PATIENCE, **options
        )
        self._observed.answer(f"{method} {url.partition('?')[0]}", received.status_code, time.monotonic() - began)
        return Answer(received, here)

    def get_cookie(self, name: str, domain: str = "") -> Cookie | None:
        """By the name it has on http; on https it has a prefix."""
        value = self._session.cookies.get(name.replace("idp_", "__Host-"))
        return None if value is None else Cookie(value)


@dataclass(frozen=True)
class Wire:
    """What `Browser` and `RelyingParty` take for an application."""

    cluster: Cluster
    observed: Observed

    def test_client(self) -> Client:
        return Client(self.cluster, self.observed)
