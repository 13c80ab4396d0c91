"""HTTP to an address that a client gave: public, resolved once, no redirect, a short time, little to read (NET-1)."""

import ipaddress
import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any
from urllib.parse import urlencode

import httpcore
import httpx

from idp.settings import Settings

LONGEST = 64 * 1024
"""Bytes of an answer; what follows is not read."""
_GLOBAL_IPV6 = ipaddress.ip_network("2000::/3")
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32")))
_SPECIAL += tuple(map(ipaddress.ip_network, ("2001::/23", "2002::/16", "3fff::/20")))
"""What Python calls public and leads elsewhere: protocol assignments, tunnels to any IPv4 address (RFC 6890), examples,
and the one public address at which a cloud answers its own machines."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Answer:
    """What was answered; `after` is `Retry-After` in seconds, 0 without. A body has at most one byte more than LONGEST,
    which says that it was cut."""

    status: int
    after: int
    body: bytes


class Unreachable(Exception):
    """Nobody answered, or not in time. The reason names no address."""


class Forbidden(Exception):
    """An address we do not speak to. The reason names none."""


class Outbound:
    """No connection is kept, as the next answer might be meant for another host; no proxy, no cookie, no redirect."""

    def __init__(self, chosen: Settings) -> None:
        self._chosen = chosen
        self._context = ssl.create_default_context()
        if chosen.delivery_ca_file is not None:
            self._context.load_verify_locations(chosen.delivery_ca_file)

    def get(self, url: str) -> Answer:
        """Read a document. Raises `Unreachable` or `Forbidden`."""
        return self._ask("GET", url, [], b"")

    def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """Send a form. Raises `Unreachable` or `Forbidden`."""
        body = urlencode(form).encode()
        typed = [("Content-Type", "application/x-www-form-urlencoded"), ("Content-Length", str(len(body)))]
        return self._ask("POST", url, typed, body)

    def close(self) -> None:
        """Nothing is open between two questions."""

    def _ask(self, method: str, address: str, headers: list[tuple[str, str]], body: bytes) -> Answer:
        until = monotonic() + self._chosen.outbound_timeout.total_seconds()
        try:
            url = httpx.URL(address)
        except httpx.InvalidURL:
            raise Unreachable("its address is none") from None
        wires = _Wires(self._resolved(url), until)
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        named = [("Host", url.netloc.decode()), ("Accept", "application/json"), ("Accept-Encoding", "identity")]
        try:
            with (
                httpcore.ConnectionPool(self._context, max_keepalive_connections=0, network_backend=wires) as pool,
                pool.stream(method, target, headers=[*named, *headers], content=body) as response,
            ):
                return _read(response)
        except httpcore.TimeoutException:
            raise Unreachable("it did not answer in time") from None
        except (httpcore.NetworkError, httpcore.ProtocolError) as error:
            raise Unreachable(f"it cannot be reached: {type(error).__name__}") from None

    def _resolved(self, url: httpx.URL) -> list[Address]:
        """The addresses of a host, each of which may be spoken to: one that may not forbids them all."""
        if url.scheme not in (("https",) if self._chosen.is_production else ("https", "http")):
            raise Forbidden("it is not https")
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            found = socket.getaddrinfo(url.host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise Unreachable("its name does not resolve") from None
        addresses = [ipaddress.ip_address(str(place[0])) for *_, place in found]
        if not all(map(self._may_call, addresses)):
            raise Forbidden("its name leads to an address that is not public")
        return addresses

    def _may_call(self, address: Address) -> bool:
        if any(address in network for network in self._chosen.outbound_networks):
            return True
        if address.is_loopback:
            return not self._chosen.is_production
        is_special = address.is_multicast or any(address in network for network in _SPECIAL)
        is_ordinary = address.version == 4 or address in _GLOBAL_IPV6
        return address.is_global and is_ordinary and not is_special


class _Wires(httpcore.NetworkBackend):
    """Connects to the addresses that a name was resolved to, whatever it leads to now; and all that follows in time."""

    def __init__(self, addresses: Sequence[Address], until: float) -> None:
        self._addresses = addresses
        self._until = until
        self._backend = httpcore.SyncBackend()

    def connect_tcp(self, host: str, port: int, *options: Any, **named: Any) -> httpcore.NetworkStream:
        """The first that answers: a name may have an address of a family that leads nowhere from here."""
        for address in self._addresses[:-1]:
            with suppress(httpcore.ConnectError):
                return self._connect(address, port)
        return self._connect(self._addresses[-1], port)

    def _connect(self, address: Address, port: int) -> httpcore.NetworkStream:
        return _Wire(self._backend.connect_tcp(str(address), port, _left(self._until)), self._until)


class _Wire(httpcore.NetworkStream):
    """Each read and each write has what is left of the time: a server that says a word now and then gains none."""

    def __init__(self, stream: httpcore.NetworkStream, until: float) -> None:
        self._stream = stream
        self._until = until

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(self._until))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _left(self._until))

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The certificate is verified for the host that was named."""
        return _Wire(self._stream.start_tls(ssl_context, server_hostname, _left(self._until)), self._until)

    def close(self) -> None:
        self._stream.close()

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _left(until: float) -> float:
    left = until - monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("too slow")
    return left


def _read(response: httpcore.Response) -> Answer:
    body = b""
    for part in response.iter_stream():
        body += part
        if len(body) > LONGEST:
            break
    said = {name.lower(): value for name, value in response.headers}
    after = re.fullmatch(rb"[0-9]{1,6}", said.get(b"retry-after", b""))
    return Answer(response.status, int(after[0]) if after else 0, body[: LONGEST + 1])
