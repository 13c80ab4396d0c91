"""The postbox of the examples inside a test: real servers on free ports, which can be told to misbehave."""

import logging
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from werkzeug.serving import make_server

from examples.postbox.app import create_app
from examples.postbox.box import Box, Item, Trouble
from examples.postbox.letters import Letters as Folder
from examples.postbox.mail import MailServer
from examples.postbox.people import read
from idp import clock

AUTHORIZATION = "Bearer of-this-test"


@dataclass
class Postbox:
    """What the two servers received, and the settings that lead to them."""

    box: Box
    smtp_port: int
    url: str

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.smtp_port,
            "smtp_tls": "none",
            "sms_url": f"{self.url}/sms",
            "sms_authorization": AUTHORIZATION,
            "delivery_timeout": 1.5,
        }

    def items(self, to: str | None = None) -> list[Item]:
        return self.box.items(to)

    def trouble(self, recipient: str, kind: str, times: int = 1_000_000, seconds: float = 0) -> None:
        self.box.troubles[recipient] = Trouble(kind, times, seconds)

    def keep(self, channel: str, to: str, text: str) -> None:
        self.box.keep(Item(channel, to, "", "", text))


@dataclass(frozen=True)
class Letters:
    """What a person has in hand to open an account: two letters, and the SIRET they know."""

    identifier: str
    siret: str
    code: str


def letters(url: str, name: str) -> Letters:
    """The newest letters of a person, from the postbox at that address."""
    told = httpx.get(f"{url}/messages.json", params={"to": name}, trust_env=False).json()
    numbers = {one["kind"]: one["number"] for one in reversed(told["messages"]) if one["channel"] == "letter"}
    (person,) = told["people"]
    return Letters(numbers["welcome"], person["siret"], numbers["code"])


@contextmanager
def postbox(folder: Path | None = None) -> Iterator[Postbox]:
    """Both servers; with a folder of the examples, its letters and people too."""
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # the server's own, which is in this very process
    box, people = Box(), read(folder / "people.json") if folder else ()
    app = create_app(box, AUTHORIZATION, Folder(folder / "letters" if folder else None), people)
    web = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=web.serve_forever, daemon=True)
    thread.start()
    with mail_server(box) as port:
        yield Postbox(box, port, f"http://127.0.0.1:{web.server_port}")
    web.shutdown()
    thread.join()
    web.server_close()


@contextmanager
def mail_server(box: Box, **tls: Any) -> Iterator[int]:
    """A mail server into that box; its port."""
    port = free_port()
    server = MailServer(box, port, **tls)
    server.start()
    try:
        yield port
    finally:
        server.stop()


@contextmanager
def black_hole(says: bytes = b"", then: Callable[[socket.socket], None] | None = None) -> Iterator[int]:
    """A port that accepts, says this much, and nothing more; or goes on as `then` says."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        kept: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                kept.append(connection)
                connection.sendall(says)
                if then is not None:
                    then(connection)

        threading.Thread(target=accept, daemon=True).start()
        yield int(listening.getsockname()[1])
        listening.shutdown(socket.SHUT_RDWR)
        for connection in kept:
            connection.close()


def free_port() -> int:
    """A port nobody listens on, a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def certificate(folder: Path, host: str = "localhost") -> tuple[ssl.SSLContext, Path]:
    """A server's TLS with a certificate for that host, and the file of the authority that signs it: itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now, day = clock.now(), timedelta(days=1)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - day).not_valid_after(now + day)
    made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
    made = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    signed = made.sign(key, hashes.SHA256())
    chain, secret = folder / f"{host}.pem", folder / f"{host}.key"
    chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = serialization.PrivateFormat.PKCS8
    secret.write_bytes(key.private_bytes(serialization.Encoding.PEM, private, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, secret)
    return context, chain
