"""The house calls its two memories, its mail server and its SMS gateway: no address that a client gives is fetched."""

from dataclasses import fields

from idp.oidc.clients.metadata import Metadata
from tests.rows import row
from tests.test_architecture import PRODUCT, files, imports, is_within, refuse

CLIENTS = (
    *("aiohttp", "http.client", "httplib2", "httpx", "pycurl", "requests", "urllib.request", "urllib3", "xmlrpc"),
    *("ftplib", "smtplib", "telnetlib", "socket", "websockets", "asyncio.open_connection"),
)
ALLOWED = {
    "idp/ops/serving.py": ("socket",),  # to see whether our own port is free
    "idp/delivery/transports/smtp.py": ("smtplib", "socket"),
    "idp/delivery/transports/sms_gateway.py": ("httpx",),
}


@row("NET-1")
def test_no_module_of_the_product_can_open_a_connection_of_its_own():
    found = [(path, line, name) for path in files(*PRODUCT) for line, name in imports(path)]
    taken = [(p, n, name) for p, n, name in found if any(is_within(name, client) for client in CLIENTS)]
    bad = [f"{p}:{n} {name}" for p, n, name in taken if name not in ALLOWED.get(p, ())]
    refuse("Only what is listed here may speak to another machine", bad)


@row("NET-1")
def test_a_client_registers_no_address_that_we_would_fetch():
    fetched = {"jwks_uri", "sector_identifier_uri", "request_uris", "backchannel_logout_uri", "logo_uri"}
    assert not fetched & {field.name for field in fields(Metadata)}
