"""HTTP to addresses that clients gave: which are called, by which address, for how long, and what is read."""

import ipaddress
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from idp.outbound import LONGEST, Forbidden, Outbound, Unreachable
from idp.settings import Settings
from tests.postboxes import black_hole, certificate, free_port
from tests.receivers import receiver
from tests.rows import row
from tests.test_settings import PRODUCTION

PUBLIC = "93.184.215.14"


def outbound(**changes: Any) -> Outbound:
    return Outbound(Settings(_env_file=None, **changes))


def production(tmp_path: Path, **changes: Any) -> Outbound:
    """Where the issuer is not loopback."""
    breached = {"breached_passwords": tmp_path / "none"} if "breached_passwords" in Settings.model_fields else {}
    return outbound(**(PRODUCTION | breached | changes))


@pytest.fixture
def resolving(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Let every name lead to these addresses, one list a question; what was asked."""

    def resolve(*answers: list[str]) -> list[str]:
        asked: list[str] = []
        left, ours = list(answers), socket.getaddrinfo

        def found(host: str, port: int, *rest: Any, **options: Any) -> list[Any]:
            if "example" not in host:  # an address, which the connection itself asks about
                return list(ours(host, port, *rest, **options))
            asked.append(host)
            addresses = left.pop(0) if len(left) > 1 else left[0]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in addresses]

        monkeypatch.setitem(socket.__dict__, "getaddrinfo", found)
        return asked

    return resolve


@row("NET-1")
@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:93.184.215.14", "fe80::1", "fc00::1", "fd00:ec2::254", "ff02::1"),
        *("64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001::1", "2001:20::1", "2001:db8::1", "3fff::1"),
        *("::7f00:1", "::ffff:0:7f00:1", "fec0::1", "5f00::1", "192.88.99.1", "168.63.129.16"),
    ],
)
def test_no_address_is_called_that_is_not_public(tmp_path, resolving, address: str):
    resolving([PUBLIC, address])
    with pytest.raises(Forbidden, match="not public"):
        production(tmp_path).post("https://client.example.org/told", {})


@row("NET-1")
def test_outside_development_only_https_is_spoken(tmp_path, resolving):
    asked = resolving([PUBLIC])
    with pytest.raises(Forbidden, match="https"):
        production(tmp_path).get("http://client.example.org/keys")
    assert asked == []


@row("NET-1")
def test_a_name_is_resolved_once_and_that_address_is_called(resolving):
    """… a name that leads elsewhere a moment later (DNS rebinding) leads us nowhere."""
    with receiver() as program:
        asked = resolving(["127.0.0.1"], ["10.0.0.1"])
        answer = outbound().post(f"http://client.example.org:{program.port}/told?x=1", {"a": "é&"})
    assert (answer.status, asked) == (200, ["client.example.org"])
    ((line, headers, form),) = program.asked
    assert line == "POST /told?x=1 HTTP/1.1"
    assert headers["Host"] == f"client.example.org:{program.port}"
    assert form == {"a": "é&"}
    assert not {"Cookie", "Authorization"} & headers.keys()


@row("NET-1")
def test_the_certificate_is_that_of_the_name_not_of_the_address(tmp_path, resolving):
    context, authority = certificate(tmp_path, "client.example.org")
    with receiver(tls=context) as program:
        resolving(["127.0.0.1"])
        ours = outbound(delivery_ca_file=authority)
        assert ours.get(f"https://client.example.org:{program.port}/keys").status == 200
        with pytest.raises(Unreachable):
            ours.get(f"https://other.example.org:{program.port}/keys")
        with pytest.raises(Unreachable):
            outbound().get(f"https://client.example.org:{program.port}/keys")
    assert len(program.asked) == 1


@row("NET-1")
def test_a_redirect_is_told_and_not_followed():
    with receiver() as elsewhere, receiver(status=302, headers={"Location": elsewhere.url}) as program:
        assert outbound().get(program.url).status == 302
    assert elsewhere.asked == []


@row("NET-1")
def test_an_answer_is_read_as_far_as_64_kib():
    with receiver(body=b"x" * 10_000_000) as program:
        assert len(outbound().get(program.url).body) == LONGEST + 1


@row("NET-1")
def test_an_answer_has_two_seconds_in_all():
    def dribble(connection: socket.socket) -> None:
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while True:
                connection.sendall(b" ")
                time.sleep(0.1)
        except OSError:
            return

    def dribble_headers(connection: socket.socket) -> None:
        try:
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X: y\r\n")
                time.sleep(0.1)
        except OSError:
            return

    for then in (None, dribble, dribble_headers):
        began = time.monotonic()
        with black_hole(b"", then) as port, pytest.raises(Unreachable, match="in time"):
            outbound(outbound_timeout=0.5).get(f"http://127.0.0.1:{port}/")
        assert time.monotonic() - began < 5


@row("NET-1")
@pytest.mark.parametrize("scheme", ["ftp", "file", "gopher", "unix"])
def test_nothing_but_http_is_spoken(resolving, scheme: str):
    asked = resolving([PUBLIC])
    with pytest.raises(Forbidden):
        outbound().get(f"{scheme}://client.example.org/keys")
    assert asked == []


def test_a_name_that_does_not_resolve_and_a_port_nobody_listens_on_are_unreachable():
    with pytest.raises(Unreachable, match="resolve"):
        outbound().get("https://nobody.invalid/")
    with pytest.raises(Unreachable, match="reached"):
        outbound().get(f"http://127.0.0.1:{free_port()}/")


def test_another_address_of_the_name_is_called_where_the_first_leads_nowhere(resolving):
    with receiver() as program:
        resolving(["127.0.0.9", "127.0.0.1"])
        assert outbound().get(f"http://client.example.org:{program.port}/").status == 200


@row("NET-1")
def test_an_operator_may_name_a_network_that_is_called_all_the_same(tmp_path, resolving):
    resolving(["127.0.0.1"])
    with pytest.raises(Unreachable):
        production(tmp_path, outbound_networks="10.0.0.0/8, 127.0.0.0/8").get(f"https://a.example.org:{free_port()}/")
    with pytest.raises(Forbidden):
        production(tmp_path, outbound_networks="10.0.0.0/8").get("https://a.example.org/")
    assert Settings(_env_file=None, outbound_networks="").outbound_networks == ()
    assert Settings(_env_file=None, outbound_networks="::1/128").outbound_networks == (ipaddress.ip_network("::1/128"),)


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch):
    with receiver() as proxy, receiver() as program:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        outbound().get(program.url)
    assert (len(program.asked), proxy.asked) == (1, [])


@pytest.mark.parametrize(("said", "after"), [("120", 120), ("9" * 9, 0), ("soon", 0)])
def test_how_long_to_wait_is_understood_in_seconds(said: str, after: int):
    with receiver(status=429, headers={"Retry-After": said}) as program:
        assert outbound().get(program.url).after == after
