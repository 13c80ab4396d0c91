"""Opaque secrets: made here, kept elsewhere as digests only, compared in constant time."""

import hashlib
import hmac
import secrets


def make() -> str:
    """A new secret of 256 bits: 43 characters that need no escaping in a URL or a Basic header."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """The 32 bytes to keep. Plain SHA-256 is enough for 256 random bits, and for nothing less: not for a password."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def matches(secret: str, digest_kept: bytes) -> bool:
    """Whether the secret is the one whose digest was kept, in a time that tells nothing."""
    return hmac.compare_digest(digest(secret), digest_kept)


def make_digits(count: int) -> str:
    """A code to be typed back, of that many decimal digits, each as likely as any other; it may begin with zeros.

    It has too few values for `digest`: keep it under a purpose key, and count the tries.
    """
    return f"{secrets.randbelow(10**count):0{count}}"
