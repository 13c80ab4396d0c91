"""A real server, spoken to byte by byte: whatever a request says of hosts and proxies, nothing leads anywhere else."""

import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from tests.idp.ops.serving import Served, serving
from tests.rows import row

EVIL = "evil.example"
FORWARDED = (
    "X-Forwarded-Host: evil.example",
    "X-Forwarded-Host: localhost, evil.example",
    "X-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Port: 443",
    "X-Forwarded-Prefix: //evil.example\r\nX-Script-Name: //evil.example",
    "X_Forwarded_Host: evil.example",
    "Forwarded: host=evil.example;proto=https;for=192.0.2.1",
    "X-Host: evil.example\r\nX-Forwarded-Server: evil.example\r\nX-HTTP-Host-Override: evil.example",
    "X-Original-URL: //evil.example/\r\nX-Rewrite-URL: https://evil.example/",
    "X-HTTP-Method-Override: DELETE\r\nX-Forwarded-For: evil.example, a, 192.0.2.1",
    "Origin: https://evil.example\r\nReferer: https://evil.example/",
    "SCRIPT_NAME: //evil.example\r\nPATH_INFO: //evil.example",
)
LINES = (
    "GET //evil.example/applications HTTP/1.1",
    "GET //evil.example/%2e%2e/applications HTTP/1.1",
    "GET /%2f%2fevil.example/ HTTP/1.1",
    "GET /\\evil.example HTTP/1.1",
    "GET //applications HTTP/1.1",
    "GET ///evil.example//end_session HTTP/1.1",
    "GET /applications/..;/evil.example HTTP/1.1",
    "GET /applications?next=https://evil.example HTTP/1.1",
    "GET /authorize%0d%0aLocation:%20https://evil.example HTTP/1.1",
    "GET /aide%0aSet-Cookie:a=b HTTP/1.1",
    "GET http://evil.example/applications HTTP/1.1",
    "GET https://evil.example HTTP/1.1",
    "GET evil.example:443 HTTP/1.1",
    "CONNECT evil.example:443 HTTP/1.1",
    "GET * HTTP/1.1",
    "OPTIONS * HTTP/1.1",
    "GET /applications HTTP/1.0",
    "GET /applications HTTP/3.0",
    "GET /applications",
    "get /applications HTTP/1.1",
    "GET  /applications  HTTP/1.1",
    "GET /applications HTTP/1.1 HTTP/1.1",
    "PRI * HTTP/2.0",
    "GET /" + "a/" * 3000 + " HTTP/1.1",
)
HEADS = (
    "Host: localhost\r\nHost: evil.example",
    "Host: evil.example\r\nHost: localhost",
    "Host: localhost@evil.example",
    "Host: evil.example#localhost",
    "Host: localhost:99999999",
    "Host: localhost.",
    "Host: localhost:80:80",
    "Host:",
    "Host : localhost",
    " Host: localhost",
    "Host: localhost\r\n X: folded",
    "Host: localhost\nX-Bare: lf",
    "Host: localhost\rX-Bare: cr",
    "Host: localhost\r\nCookie: " + "a=b; " * 500,
    "Host: localhost\r\nCookie: idp_session=\xff\xfe; idp_session=x; =nameless; idp_browser",
    "Host: localhost\r\nAccept-Language: " + ",".join(["x" * 20] * 200) + ";q=nan",
    "Host: localhost\r\nAccept-Language: fr;q=1e999,*;q=-1,en;q=\xe9",
    'Host: localhost\r\nIf-None-Match: "\xff", W/\r\nRange: bytes=0-0,-1,999999999999-',
    "Host: localhost\r\nAuthorization: Bearer " + "\xe9" * 40,
    "Host: localhost\r\nSec-Fetch-Site: \x01",
    "Host: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 3",
    "Host: localhost\r\nTransfer-Encoding: identity, chunked",
    "Host: localhost\r\nContent-Length: -1",
    "Host: localhost\r\nContent-Length: +5",
    "Host: localhost\r\nExpect: 100-continue\r\nContent-Length: 0",
    "Host: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade",
    "Host: localhost\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk",
    "Host: localhost\r\nX\x00: y",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for the tests that only speak to it."""
    with serving(tmp_path_factory.mktemp("raw"), JOURNEYS_AN_HOUR="1000000") as running:
        yield running


def _answer(served: Served, line: str, head: str = "Host: localhost") -> tuple[int, bytes]:
    """The status, 0 where the connection was closed without a word, and all that was said."""
    said = served.says(f"{line}\r\n{head}\r\nConnection: close\r\n\r\n".encode("latin-1"))
    words = said.split(maxsplit=2)
    return (int(words[1]) if said.startswith(b"HTTP/1.") else 0), said


def _leads_nowhere_else(served: Served, status: int, said: bytes) -> None:
    head = said.partition(b"\r\n\r\n")[0].decode("latin-1")
    for place in re.findall(r"(?im)^location: *(.*?)\r?$", head):
        assert place.startswith((f"http://localhost:{served.port}/", "/")), place
        assert not place.startswith(("//", "/\\")), place
    assert status < 500, head
    assert "evil.example" not in head or status == 303, head
    assert not re.search(r"(?im)^(set-cookie: *a=b|x-bare|x: folded)", head)


@row("LNK-6", "LOG-7")
@pytest.mark.parametrize("header", FORWARDED, ids=range(len(FORWARDED)))
@pytest.mark.parametrize("path", ["/applications", "/end_session", "/aide", "/nowhere", "/activation/xyz", "/readyz"])
def test_no_header_moves_a_link_or_a_redirect(served: Served, path: str, header: str):
    status, said = _answer(served, f"GET {path} HTTP/1.1", f"Host: localhost\r\n{header}")
    assert status in (200, 303, 404)
    _leads_nowhere_else(served, status, said)
    assert EVIL.encode() not in said


@row("LNK-6", "OID-15")
@pytest.mark.parametrize("line", LINES, ids=range(len(LINES)))
def test_no_request_line_leads_elsewhere_or_breaks_anything(served: Served, line: str):
    _leads_nowhere_else(served, *_answer(served, line))
    assert served.status("GET", "/livez") == 200


@row("OID-15", "INP-3")
@pytest.mark.parametrize("head", HEADS, ids=range(len(HEADS)))
@pytest.mark.parametrize("path", ["/applications", "/userinfo", "/jwks"])
def test_no_header_breaks_anything(served: Served, path: str, head: str):
    _leads_nowhere_else(served, *_answer(served, f"GET {path} HTTP/1.1", head))
    assert served.status("GET", "/livez") == 200


FORM = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "


@row("SUP-2")
@pytest.mark.parametrize(
    "first",
    [
        "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
        f"POST /token HTTP/1.1\r\nHost: localhost\r\n{FORM}3\r\n\r\na=b",
        f"POST /livez HTTP/1.1\r\nHost: localhost\r\n{FORM}40\r\n\r\n{'GET /nowhere HTTP/1.1':40}",
        f"HEAD /aide HTTP/1.1\r\nHost: localhost\r\n{FORM}0\r\n\r\n",
    ],
    ids=["get", "post", "a request in a body", "head"],
)
def test_requests_that_follow_each_other_on_one_connection_are_answered_in_their_order(served: Served, first: str):
    last = "GET /jwks HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    said = _all_of(served, (first + last).encode())
    assert said.count(b"HTTP/1.1 ") == 2
    assert said.rpartition(b"HTTP/1.1 ")[2].startswith(b"200 ")
    assert b'{"keys"' in said
    assert b"404" not in said.partition(b"\r\n")[0]


@row("SUP-2")
@pytest.mark.parametrize(
    "lengths",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 4",
        "Content-Length: 4\r\nContent-Length: 5",
        "Content-Length: 4, 5",
        "Content-Length: 4\r\nTransfer-Encoding : chunked",
        "Content-Length: 4\r\nTransfer-Encoding: x\x0bchunked",
        "Transfer_Encoding: chunked\r\nContent-Length: 70\r\nContent_Length: 4",
    ],
    ids=range(7),
)
def test_no_request_hides_in_the_body_of_another(served: Served, lengths: str):
    hidden = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\nX: "
    head = f"POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n{lengths}"
    said = _all_of(served, f"{head}\r\n\r\n0\r\n\r\n{hidden}\r\n\r\n".encode("latin-1"))
    statuses = re.findall(rb"(?m)^HTTP/1\.1 (\d{3})", said)
    assert statuses[:1] in ([], [b"400"], [b"411"], [b"413"], [b"401"])
    assert b"404" not in statuses


@row("DOS-1")
def test_many_connections_that_say_nothing_or_little_keep_nobody_out(served: Served):
    with ExitStack() as stack:
        for said in (
            b"",
            b"GET /livez HTTP/1.1\r\n",
            b"\x16\x03\x01",
            b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n",
        ) * 100:
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", served.port)))
            connection.sendall(said)
        assert [served.status("GET", path) for path in ("/livez", "/jwks", "/aide")] == [200] * 3
    assert served.status("GET", "/livez") == 200


def _all_of(served: Served, request: bytes) -> bytes:
    """All that is answered until the connection ends."""
    said = b""
    with socket.create_connection(("127.0.0.1", served.port)) as connection, suppress(ConnectionError, TimeoutError):
        connection.settimeout(2)
        connection.sendall(request)
        while part := connection.recv(65536):
            said += part
    return said
