"""HTTP to an address that a client gave: public, resolved once, no redirect, a short time, little to read (NET-1)."""

import ipaddress
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from time import monotonic

import httpx

from idp.settings import Settings

LONGEST = 64 * 1024
"""Bytes of an answer; what follows is not read."""
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "::ffff:0:0/96", "64:ff9b::/96", "2002::/16", "2001::/32")))
"""What Python calls public and leads elsewhere: protocol assignments, and tunnels to any IPv4 address (RFC 6890)."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True)
class Answer:
    """What was answered. A body that is longer than LONGEST was cut; `after` is `Retry-After` in seconds, 0 without."""

    status: int
    after: int
    body: bytes


class Unreachable(Exception):
    """Nobody answered, or not in time. The reason names no address."""


class Forbidden(Exception):
    """An address we do not speak to. The reason names none."""


class Outbound:
    """One caller at a time; no connection is kept, as the next answer might be meant for another host."""

    def __init__(self, chosen: Settings) -> None:
        self._chosen = chosen
        context = ssl.create_default_context()
        if chosen.delivery_ca_file is not None:
            context.load_verify_locations(chosen.delivery_ca_file)
        self._client = httpx.Client(
            trust_env=False,  # no proxy of the environment's: it would resolve the name once more
            verify=context,
            follow_redirects=False,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def get(self, url: str) -> Answer:
        """Read a document. Raises `Unreachable` or `Forbidden`."""
        return self._ask("GET", httpx.URL(url), None)

    def post(self, url: str, form: Mapping[str, str]) -> Answer:
        """Send a form. Raises `Unreachable` or `Forbidden`."""
        return self._ask("POST", httpx.URL(url), form)

    def close(self) -> None:
        """Nothing is open between two questions."""

    def _ask(self, method: str, url: httpx.URL, form: Mapping[str, str] | None) -> Answer:
        until = monotonic() + self._chosen.outbound_timeout.total_seconds()
        addresses = self._resolved(url)
        for address in addresses[:-1]:
            try:
                return self._ask_at(address, method, url, form, until=until)
            except httpx.ConnectError:
                continue  # a name may have an address of a family that leads nowhere from here
            except httpx.HTTPError as error:
                raise _explained(error) from None
        try:
            return self._ask_at(addresses[-1], method, url, form, until=until)
        except httpx.HTTPError as error:
            raise _explained(error) from None

    def _resolved(self, url: httpx.URL) -> list[Address]:
        """The addresses of a host, each of which may be spoken to: one that may not forbids them all."""
        if url.scheme != "https" and self._chosen.is_production:
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
        return address.is_global and not is_special

    def _ask_at(
        self, address: Address, method: str, url: httpx.URL, form: Mapping[str, str] | None, *, until: float
    ) -> Answer:
        """Ask at that very address, for the host that was named: its certificate is the one that is verified."""
        headers = {"Host": url.netloc.decode(), "Accept": "application/json", "Accept-Encoding": "identity"}
        timeout, body = max(until - monotonic(), 0.001), b""
        request = self._client.build_request(
            method,
            url.copy_with(host=str(address)),
            headers=headers,
            data=form,
            timeout=timeout,
            extensions={"sni_hostname": url.host},
        )
        response = self._client.send(request, stream=True)
        try:
            for part in response.iter_raw():
                body += part
                if len(body) > LONGEST or monotonic() > until:
                    break
        finally:
            response.close()
        if monotonic() > until and len(body) <= LONGEST and response.is_success:
            raise httpx.ReadTimeout("too slow")
        after = re.fullmatch(r"[0-9]{1,6}", response.headers.get("Retry-After", ""))
        return Answer(response.status_code, int(after[0]) if after else 0, body)


def _explained(error: httpx.HTTPError) -> Unreachable:
    if isinstance(error, httpx.TimeoutException):
        return Unreachable("it did not answer in time")
    return Unreachable(f"it cannot be reached: {type(error).__name__}")
