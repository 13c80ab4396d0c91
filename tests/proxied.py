"""A browser's way into the machine of docs/operations.md: over https, through its nginx."""

import ssl
from typing import Any

import httpx

from tests.machine import HOST, Machine


class Proxied:
    """A browser's way to the house: https, through nginx, with the certificate's authority and no other."""

    def __init__(self, made: Machine) -> None:
        port = (made.home / "https").read_text()
        self._client = httpx.Client(
            base_url=f"https://127.0.0.1:{port}",
            verify=ssl.create_default_context(cafile=made.home / "etc/ssl/idp/fullchain.pem"),
            headers={"Host": HOST},
            trust_env=False,
            timeout=30,
        )

    def itself(self) -> "Proxied":
        """There is but one way."""
        return self

    test_client = itself  # how `tests.browser` asks an application for a browser's way to it

    def get(self, path: str, base_url: str) -> "Answered":
        return self._ask("GET", path)

    def post(self, path: str, data: dict[str, str], base_url: str) -> "Answered":
        return self._ask("POST", path, data=data)

    def _ask(self, method: str, path: str, **options: Any) -> "Answered":
        asked = self._client.build_request(method, path.removeprefix(f"https://{HOST}"), **options)
        asked.extensions["sni_hostname"] = HOST
        return Answered(self._client.send(asked))


class Answered:
    """An answer as `tests.browser` reads it."""

    def __init__(self, answer: httpx.Response) -> None:
        self.status_code, self.headers, self._text = answer.status_code, answer.headers, answer.text

    def get_data(self, as_text: bool) -> str:
        return self._text
