"""An invented printer: a certificate to give, and the key that opens what is sealed to it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import pkcs7_decrypt_der
from cryptography.x509.oid import NameOID


@dataclass(frozen=True)
class Printer:
    """Who prints the letters."""

    certificate: Path
    _key: Any

    def open(self, sealed: bytes) -> bytes:
        """What was sealed. Raises ValueError when it was sealed to another."""
        certificate = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        return pkcs7_decrypt_der(sealed, certificate, self._key, [])


def a_printer(folder: Path, now: datetime, key: Any = None) -> Printer:
    """A printer whose certificate is valid for a year from yesterday."""
    key = key or rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "imprimeur.example.org")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number())
    made = made.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=365))
    path = folder / "printer.pem"
    path.write_bytes(made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return Printer(path, key)
