"""A real server, spoken to byte by byte: whatever a request says of hosts and proxies, nothing leads anywhere else."""

import re
from collections.abc import Iterator

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
