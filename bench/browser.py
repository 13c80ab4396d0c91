"""A browser and a program in one: one connection kept open, cookies, redirects; as little work as that takes."""

import http.cookies
import re
import socket
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_COOKIE = re.compile(r"^set-cookie: *(.*)$", re.IGNORECASE | re.MULTILINE)
_LOCATION = re.compile(rb"\r\nlocation: *([^\r]*)", re.IGNORECASE)


class Unexpected(RuntimeError):
    """An answer that is not the one a flow expects: the bench ends, since it would count failures as work."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response as it came."""

    status: int
    head: bytes
    body: bytes

    @property
    def location(self) -> str:
        """Where a redirect leads. Raises `Unexpected` when this is none."""
        found = _LOCATION.search(self.head)
        if found is None:
            raise Unexpected(f"{self.status} where a redirect was expected: {self.body[:500]!r}")
        return found[1].decode()

    def of(self, status: int) -> Self:
        """This answer, when it has that status. Raises `Unexpected`."""
        if self.status != status:
            raise Unexpected(f"{self.status} where {status} was expected: {self.body[:500]!r}")
        return self


class Connection:
    """One connection to a server on this machine. A server that closes it is an error."""

    def __init__(self, port: int) -> None:
        self._host = f"localhost:{port}"
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookies: dict[str, str] = {}

    def get(self, path: str, authorization: str | None = None) -> Answer:
        """`GET path`, with this browser's cookies."""
        return self._exchange(f"GET {path} HTTP/1.1", authorization, b"")

    def post(self, path: str, form: dict[str, str], authorization: str | None = None) -> Answer:
        """`POST path` with a form."""
        return self._exchange(f"POST {path} HTTP/1.1", authorization, urlencode(form).encode())

    def close(self) -> None:
        """End the connection."""
        self._socket.close()

    def _exchange(self, line: str, authorization: str | None, body: bytes) -> Answer:
        lines = [line, f"Host: {self._host}"]
        if authorization:
            lines.append(f"Authorization: {authorization}")
        elif self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        if body:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        answer = self._read()
        if b"et-" in answer.head and authorization is None:
            self._keep_cookies(answer)
        return answer

    def _read(self) -> Answer:
        received = self._more()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._more()
        head, body = received[: end + 2], received[end + 4 :]
        found = _LENGTH.search(head)
        if found is None:
            raise Unexpected(f"an answer without a length: {head!r}")
        while len(body) < int(found[1]):
            body += self._more()
        return Answer(int(head[9:12]), head, body)

    def _more(self) -> bytes:
        received = self._socket.recv(65536)
        if not received:
            raise Unexpected("the server closed the connection")
        return received

    def _keep_cookies(self, answer: Answer) -> None:
        for line in _COOKIE.findall(answer.head.decode("latin-1")):
            for name, morsel in http.cookies.SimpleCookie(line.rstrip("\r")).items():
                if morsel.value and morsel["max-age"] != "0":
                    self.cookies[name] = morsel.value
                else:
                    self.cookies.pop(name, None)
