"""A private authority, made on the spot, and the certificate that it gives the front of a cluster."""

import ssl
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from idp import clock

DAYS = timedelta(days=30)


class Papers(NamedTuple):
    """What clients trust; what the server shows; the server's key."""

    authority: Path
    certificate: Path
    key: Path

    def context(self) -> ssl.SSLContext:
        """The TLS of a server."""
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(self.certificate, self.key)
        return made

    def pin(self) -> str:
        """The digest by which Chromium knows the server's key, where it knows no authority (RFC 7469, 2.4)."""
        public = x509.load_pem_x509_certificate(self.certificate.read_bytes()).public_key()
        info = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        return b64encode(sha256(info).digest()).decode()


def papers(folder: Path, address: str) -> Papers:
    """An authority, and a certificate for an address of this machine; the authority's own key is kept nowhere."""
    made = Papers(folder / "authority.pem", folder / "server.pem", folder / "server.key")
    authority, server = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = _unsigned("Authority of this cluster", "Authority of this cluster", authority)
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    leaf = _unsigned(address, "Authority of this cluster", server)
    leaf = leaf.add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))]), critical=False)
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    for path, builder in ((made.authority, root), (made.certificate, leaf)):
        signed = builder.sign(authority, hashes.SHA256())
        path.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    made.key.touch(mode=0o600)
    pkcs8, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    made.key.write_bytes(server.private_bytes(serialization.Encoding.PEM, pkcs8, plain))
    return made


def _unsigned(subject: str, issuer: str, key: ec.EllipticCurvePrivateKey) -> x509.CertificateBuilder:
    now = clock.now()
    made = x509.CertificateBuilder().subject_name(_named(subject)).issuer_name(_named(issuer))
    made = made.public_key(key.public_key()).serial_number(x509.random_serial_number())
    return made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + DAYS)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
