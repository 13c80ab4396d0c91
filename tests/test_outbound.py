"""Who in the house may speak to another machine: its mail server, its SMS gateway, and its clients by one way only."""

from tests.rows import row
from tests.test_architecture import PRODUCT, files, imports, is_within, refuse

CLIENTS = (
    *(
        "aiohttp",
        "http.client",
        "httpcore",
        "httplib2",
        "httpx",
        "pycurl",
        "requests",
        "urllib.request",
        "urllib3",
        "xmlrpc",
    ),
    *("ftplib", "smtplib", "telnetlib", "socket", "websockets", "asyncio.open_connection"),
)
ALLOWED = {
    "idp/ops/serving.py": ("socket",),  # to see whether our own port is free
    "idp/ops/leaving.py": ("socket",),  # to close the sockets that listen (ADR 0032); it opens none
    "idp/ops/checks/front.py": ("http.client",),  # the doctor asks our own issuer, and nobody else
    "idp/delivery/transports/smtp.py": ("smtplib", "socket"),
    "idp/delivery/transports/sms_gateway.py": ("httpx",),
    "idp/outbound.py": ("httpcore", "httpx", "socket"),  # the one way to an address that a client gave
}


@row("NET-1")
def test_no_module_of_the_product_can_open_a_connection_of_its_own():
    found = [(path, line, name) for path in files(*PRODUCT) for line, name in imports(path)]
    taken = [(p, n, name) for p, n, name in found if any(is_within(name, client) for client in CLIENTS)]
    bad = [f"{p}:{n} {name}" for p, n, name in taken if name not in ALLOWED.get(p, ())]
    refuse("Only what is listed here may speak to another machine", bad)
