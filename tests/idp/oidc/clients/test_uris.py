"""Only plain, canonical URIs are registered: those that a string comparison cannot be fooled about."""

import pytest

from idp.oidc.clients import uris
from tests.rows import row

PLAIN = [
    "https://portal.example/callback",
    "https://portal.example/",
    "https://portal.example:8443/callback",
    "https://a-b.c0.portal.example/cb/x_y~z.html",
    "https://xn--caf-dma.example/callback",
    "https://portal.example/cb?tenant=12&lang=fr",
    "https://portal.example/cb?next=%2Fhome",
    "https://portal/callback",
    "https://portal.example/it's;v=1,2/cb+1",
    "https://portal.example/r%C3%A9seau",
]

HOSTILE = [
    # other schemes, in any case and spelling
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "java\tscript:alert(1)",
    "javascript://portal.example/%0aalert(1)",
    "data:text/html,x",
    "DATA:text/html;base64,eA==",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://portal.example/cb",
    "ws://portal.example/cb",
    "com.example.app:/callback",
    "com.example.app://callback",
    "myapp://callback",
    "urn:ietf:wg:oauth:2.0:oob",
    "about:blank",
    "blob:https://portal.example/1",
    "view-source:https://portal.example/cb",
    # not absolute
    "",
    "/callback",
    "callback",
    "//portal.example/cb",
    "https:/portal.example/cb",
    "https:portal.example/cb",
    "https:///portal.example/cb",
    "https://",
    "https://portal.example",
    # not canonical
    "HTTPS://portal.example/cb",
    "Https://portal.example/cb",
    "https://Portal.example/cb",
    "https://portal.example./cb",
    "https://portal..example/cb",
    "https://.portal.example/cb",
    "https://-portal.example/cb",
    "https://portal-.example/cb",
    "https://por_tal.example/cb",
    "https://portal.example:/cb",
    "https://portal.example:0/cb",
    "https://portal.example:0443/cb",
    "https://portal.example:65536/cb",
    "https://portal.example:44a/cb",
    # fragment, user, wildcard
    "https://portal.example/cb#",
    "https://portal.example/cb#frag",
    "https://user@portal.example/cb",
    "https://user:secret@portal.example/cb",
    "https://portal.example@evil.example/cb",
    "https://portal.example@a@evil.example/cb",
    "https://portal.example/@evil.example",
    "https://portal.example%40evil.example/cb",
    "https://*.portal.example/cb",
    "https://portal.example/*",
    "https://portal.example/cb?x=*",
    # characters
    "https://portal.example/c b",
    " https://portal.example/cb",
    "https://portal.example/cb ",
    "https://portal.example/cb\n",
    "https://portal.example/cb\r\nSet-Cookie: a=b",
    "https://portal.example/\tcb",
    "https://portal.example/cb\x00",
    "https://portal.example/\x7f",
    "https://portal.example\\@evil.example/cb",
    "https://portal.example/\\evil",
    "https:\\\\portal.example/cb",
    "https://pörtal.example/cb",
    "https://portal。example/cb",
    "https://portal.example/ré",
    "https://portal.example\u2044cb/",
    'https://portal.example/"cb"',
    "https://portal.example/<cb>",
    "https://portal.example/{cb}",
    "https://portal.example/cb|x",
    "https://portal.example/c^b",
    "https://portal.example/`cb",
    "https://portal.example/%zz",
    "https://portal.example/%",
    "https://portal.example/%4",
    # paths that another program reads otherwise
    "https://portal.example/a/../cb",
    "https://portal.example/./cb",
    "https://portal.example/cb/..",
    "https://portal.example/..;/cb",
    "https://portal.example/a/..;x=1/cb",
    "https://portal.example/%2e%2e/cb",
    "https://portal.example/.%2E/cb",
    "https://portal.example/%252e%252e/cb",
    "https://portal.example/a%2fb",
    "https://portal.example/a%5Cb",
    "https://portal.example/a%00b",
    "https://portal.example/a%0d%0ab",
    "https://portal.example//evil.example/cb",
    "https://portal.example/[cb]",
    # queries that collide with our answer, or break it
    "https://portal.example/cb?code=1",
    "https://portal.example/cb?a=1&state=x",
    "https://portal.example/cb?%63ode=1",
    "https://portal.example/cb?iss=https://evil.example",
    "https://portal.example/cb?error=",
    "https://portal.example/cb?a=%0d%0ab",
    # addresses
    "https://192.0.2.1/cb",
    "https://0x7f.1/cb",
    "https://2130706433/cb",
    "https://[2001:db8::1]/cb",
    "https://[::ffff:127.0.0.1]/cb",
    "https://[::1/cb",
    # http to elsewhere
    "http://portal.example/cb",
    "http://localhost.evil.example/cb",
    "http://127.0.0.1.evil.example/cb",
    "http://127.1/cb",
    "http://0.0.0.0/cb",
    "https://evil.localhost/cb",
    f"https://portal.example/{'a' * 2000}",
    f"https://{'a' * 64}.example/cb",
]


@row("OID-2")
@pytest.mark.parametrize("uri", PLAIN)
def test_a_plain_https_uri_may_be_registered(uri: str):
    assert uris.problem(uri) is None


@row("OID-2")
@pytest.mark.parametrize("uri", HOSTILE)
def test_what_is_not_plain_is_refused_to_every_client(uri: str):
    for native in (False, True):
        for development in (False, True):
            assert uris.problem(uri, native=native, development=development)


@row("OID-2")
@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1/cb", "http://127.0.0.1:3000/cb", "http://[::1]/cb", "http://[::1]:1/"]
)
def test_http_to_this_machine_is_for_native_clients_and_for_development(uri: str):
    assert uris.problem(uri, native=True) is None
    assert uris.problem(uri, development=True) is None
    assert uris.problem(uri)


@row("OID-2")
@pytest.mark.parametrize("uri", ["http://localhost:8001/cb", "https://localhost/cb", "https://127.0.0.1/cb"])
def test_localhost_by_name_or_by_https_is_for_development_only(uri: str):
    assert uris.problem(uri, development=True) is None
    assert uris.problem(uri)
    assert uris.problem(uri, native=True)


@pytest.mark.parametrize("origin", ["https://portal.example", "https://portal.example:8443"])
def test_an_origin_is_a_scheme_a_host_and_perhaps_a_port(origin: str):
    assert uris.origin_problem(origin) is None


@pytest.mark.parametrize(
    "origin",
    [
        "null",
        "*",
        "",
        "https://portal.example/",
        "https://portal.example/a",
        "https://portal.example?a",
        "https://*.a.example",
        "https://portal.example:443",
        "http://portal.example",
        "https://Portal.example",
        "https://a@portal.example",
        "https://",
    ],
)
def test_what_no_browser_sends_is_no_origin(origin: str):
    assert uris.origin_problem(origin)


def test_an_origin_on_this_machine_is_for_development():
    assert uris.origin_problem("http://localhost:8001", development=True) is None
    assert uris.origin_problem("http://localhost:8001")


@pytest.mark.parametrize(
    ("uri", "host"), [("https://a.example:8443/cb?x=1", "a.example"), ("http://[::1]:9/", "[::1]")]
)
def test_the_host_stands_without_its_port(uri: str, host: str):
    assert uris.host_of(uri) == host
