"""Files that leave the house: sealed so that one recipient alone can read them, and known by their digest."""

import hashlib
from datetime import datetime
from io import BufferedReader
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options

from keys.errors import BadCertificate

SMALLEST_KEY = 2048


class Recipient:
    """Who can read what is sealed: the holder of a certificate's private key."""

    def __init__(self, certificate: x509.Certificate) -> None:
        self._certificate = certificate

    @classmethod
    def read(cls, path: Path, now: datetime) -> "Recipient":
        """The recipient of a PEM certificate. Raises `BadCertificate` when it is none, has expired, or is not RSA."""
        try:
            certificate = x509.load_pem_x509_certificate(path.read_bytes())
        except (OSError, ValueError) as error:
            raise BadCertificate(f"{path} is not a certificate in PEM that can be read") from error
        key = certificate.public_key()
        if not isinstance(key, RSAPublicKey) or key.key_size < SMALLEST_KEY:
            raise BadCertificate(f"the certificate must have an RSA key of {SMALLEST_KEY} bits or more")
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise BadCertificate(f"the certificate is valid until {certificate.not_valid_after_utc:%Y-%m-%d}, not now")
        return cls(certificate)

    @property
    def until(self) -> datetime:
        """When its certificate expires."""
        return self._certificate.not_valid_after_utc

    def seal(self, content: bytes) -> bytes:
        """CMS EnvelopedData in DER, AES-256 (RFC 5652 6): `openssl cms -decrypt -inform DER` opens it.

        It hides and does not authenticate: the digests of what was handed over travel another way.
        """
        envelope = PKCS7EnvelopeBuilder().set_data(content).add_recipient(self._certificate)
        return envelope.set_content_encryption_algorithm(AES256).encrypt(Encoding.DER, [PKCS7Options.Binary])


def fingerprint(content: bytes) -> str:
    """The SHA-256 of a file, in hexadecimal, as `sha256sum` prints it."""
    return hashlib.sha256(content).hexdigest()


def fingerprint_of(file: BufferedReader) -> str:
    """The same, of a file that may be larger than our memory."""
    return hashlib.file_digest(file, "sha256").hexdigest()
