"""A signing key and the ages of its life: published, then signing, then only verifying, then gone."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import ECKey, Key, KeyParameters, RSAKey

from keys.errors import Unreadable

RSA_BITS = 2048  # larger keys cost ten times more for each token, and no token lives as long as they would resist


@dataclass(frozen=True)
class SigningKey:
    """One private key, for one algorithm. Every age is an instant, never an event, so that all nodes turn together."""

    kid: str
    alg: str
    key: Key = field(repr=False, compare=False)
    published_at: datetime
    signs_from: datetime
    retires_at: datetime | None = None  # when it stopped signing
    verifies_until: datetime | None = None

    def is_retired(self, now: datetime) -> bool:
        """Whether it signs no more, a later key having superseded it."""
        return self.retires_at is not None and self.retires_at <= now

    def verifies(self, now: datetime) -> bool:
        """Whether something it signed may still live, or will."""
        return self.verifies_until is None or now < self.verifies_until

    @cached_property
    def public(self) -> Key:
        """The public half, as published: with `kid`, `alg` and `use`."""
        return _dressed(self.key.public_key, self.alg, self.kid)

    def to_pem(self) -> bytes:
        """The private key in clear, PKCS #8 PEM: only to be sealed."""
        assert isinstance(self.key, RSAKey | ECKey)
        return self.key.as_pem(private=True)


def generate(alg: str, now: datetime, publish_for: timedelta) -> SigningKey:
    """A new key, published now, signing after `publish_for`; its `kid` is its thumbprint (RFC 7638)."""
    native = rsa.generate_private_key(65537, RSA_BITS) if alg == "RS256" else ec.generate_private_key(ec.SECP256R1())
    kid = _dressed(native, alg).thumbprint()
    return SigningKey(kid, alg, _dressed(native, alg, kid), published_at=now, signs_from=now + publish_for)


def from_pem(
    kid: str,
    alg: str,
    pem: bytes,
    *,
    published_at: datetime,
    signs_from: datetime,
    retires_at: datetime | None = None,
    verifies_until: datetime | None = None,
) -> SigningKey:
    """A key of ours, as `to_pem` wrote it and the vault gave it back. Raises `Unreadable` when it is no key for `alg`.

    Never for a key of another origin: the primes of an RSA key are not checked, which takes 40 ms, because the vault
    has already proven that the bytes are the ones we sealed.
    """
    try:
        native = load_pem_private_key(pem, password=None, unsafe_skip_rsa_key_validation=True)
        key = _dressed(native, alg, kid)
    except (ValueError, TypeError) as error:
        raise Unreadable(f"signing key {kid} is not a key for {alg}") from error
    return SigningKey(kid, alg, key, published_at, signs_from, retires_at, verifies_until)


def _dressed(native: object, alg: str, kid: str | None = None) -> Key:
    """Wrap a key for joserfc, with the only use and the only algorithm it may have."""
    parameters: KeyParameters = {"use": "sig", "alg": alg}
    if kid is not None:
        parameters["kid"] = kid
    match alg, native:
        case "RS256", rsa.RSAPrivateKey() | rsa.RSAPublicKey() if native.key_size >= RSA_BITS:
            return RSAKey.import_key(native, parameters)
        case "ES256", ec.EllipticCurvePrivateKey() | ec.EllipticCurvePublicKey() if native.curve.name == "secp256r1":
            return ECKey.import_key(native, parameters)
    raise ValueError(f"not a key for {alg}")
