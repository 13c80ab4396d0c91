"""Files sealed to a printer's certificate."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from keys.cms import Recipient, fingerprint
from keys.errors import BadCertificate
from tests.printers import Printer, a_printer
from tests.rows import row

NOW = datetime(2026, 11, 25, tzinfo=UTC)


@pytest.fixture(scope="module")
def printer(tmp_path_factory: pytest.TempPathFactory) -> Printer:
    return a_printer(tmp_path_factory.mktemp("printer"), NOW)


@row("OPN-3")
def test_what_is_sealed_is_opened_by_the_printers_key_alone(printer: Printer, tmp_path: Path):
    other = a_printer(tmp_path, NOW)
    sealed = Recipient.read(printer.certificate, NOW).seal(b"%PDF letters K7QF3M9T\r\n" * 99)
    assert b"K7QF3M9T" not in sealed
    assert printer.open(sealed) == b"%PDF letters K7QF3M9T\r\n" * 99
    with pytest.raises(ValueError, match=r"."):
        other.open(sealed)


def test_the_seal_is_aes_256(printer: Printer):
    sealed = Recipient.read(printer.certificate, NOW).seal(b"letters")
    assert bytes.fromhex("060960864801650304012a") in sealed  # the OID of aes256-CBC, in DER


@pytest.mark.parametrize("at", [NOW - timedelta(days=2), NOW + timedelta(days=400)])
def test_a_certificate_that_is_not_valid_today_is_refused(printer: Printer, at: datetime):
    with pytest.raises(BadCertificate, match="valid until"):
        Recipient.read(printer.certificate, at)


def test_a_key_that_cannot_be_sealed_to_is_refused(tmp_path: Path):
    for key in (ec.generate_private_key(ec.SECP256R1()), rsa.generate_private_key(65537, 1024)):
        printer = a_printer(tmp_path, NOW, key)
        with pytest.raises(BadCertificate, match="RSA"):
            Recipient.read(printer.certificate, NOW)


@pytest.mark.parametrize(
    "content", [b"", b"not a certificate", b"-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n"]
)
def test_what_is_no_certificate_is_refused(tmp_path: Path, content: bytes):
    path = tmp_path / "printer.pem"
    path.write_bytes(content)
    with pytest.raises(BadCertificate, match="PEM"):
        Recipient.read(path, NOW)
    with pytest.raises(BadCertificate):
        Recipient.read(tmp_path / "missing.pem", NOW)


def test_a_fingerprint_is_what_sha256sum_prints():
    assert fingerprint(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
