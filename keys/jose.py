"""JWTs, signed and verified strictly: the algorithm and the key are our choice, never the token's."""

import base64
import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NoReturn

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key, KeySet, RSAKey

from keys import opaque
from keys.errors import BadToken
from keys.signing import RSA_BITS, SigningKey

MAX_TOKEN = 8192  # characters
LAST_INSTANT = 253402300800  # 10000-01-01, in seconds
AHEAD = 10  # seconds a peer's clock may be ahead of ours, for iat and nbf

_HASHES: dict[str, Callable[[bytes], Any]] = {
    "RS256": hashlib.sha256,
    "PS256": hashlib.sha256,
    "ES256": hashlib.sha256,
    "Ed25519": hashlib.sha512,  # RFC 9864
    "EdDSA": hashlib.sha512,  # its former name, which many clients still use
}
_TYPES = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "Ed25519": "OKP", "EdDSA": "OKP"}
# RFC 7515 4.1: headers that bring a key or point to one, or change how the rest is read (RFC 7797, RFC 7516)
_REFUSED = frozenset({"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc"})
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)


def sign(key: SigningKey, claims: Mapping[str, Any], *, typ: str) -> str:
    """The claims as a compact JWS under this very key, with `alg`, `kid` and `typ` in its header."""
    header = {"alg": key.alg, "kid": key.kid, "typ": typ}
    payload = json.dumps(claims, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return jws.serialize_compact(header, payload, key.key, registry=_registry((key.alg,)))


def verify(
    token: str,
    keys: KeySet,
    *,
    algorithms: Sequence[str],
    typ: str | None,
    essential: Sequence[str] = ("iss", "aud", "exp", "iat", "sub"),
    now: datetime,
    leeway: int = 0,
    expired_ok: bool = False,
    proven: "Proven | None" = None,
) -> dict[str, Any]:
    """The claims of a token signed under one of these keys, all of the right types. Raises `BadToken`, nothing else.

    `algorithms` are those allowed for this use; `typ` is the only one accepted (None: any); `leeway` counts seconds
    after `exp`, and `AHEAD` at least is granted to `iat` and `nbf`. Whether `iss` and `aud` are the right ones is the
    caller's to compare. A signature that `proven` remembers is not computed again; all else is asked each time.
    """
    registry = _registry(tuple(algorithms))
    try:
        header, claims = _read(token)
        _check_header(header, typ)
        key = _choose(keys, header, algorithms)
        if proven is None or not proven.holds(token, key):
            jws.deserialize_compact(token, key, registry=registry)
            if proven is not None:
                proven.remember(token, key)
        _check_claims(claims, essential)
        _check_times(claims, now.timestamp(), leeway, expired_ok)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise BadToken(f"{type(error).__name__}: {error}") from error
    return claims


class Proven:
    """Which texts carried a good signature, and of which key: programs show one token again and again.

    Digests only, `most` of them at most. The key is the very object that verified: one that is read anew, or that is
    not among the keys any more, has proven nothing.
    """

    def __init__(self, most: int = 4096) -> None:
        self._keys: dict[bytes, Key] = {}
        self._most = most

    def holds(self, token: str, key: Key) -> bool:
        """Whether this very text was found to be signed by this very key."""
        return self._keys.get(opaque.digest(token)) is key

    def remember(self, token: str, key: Key) -> None:
        """Once the signature was found good."""
        if len(self._keys) >= self._most:
            self._keys.clear()
        self._keys[opaque.digest(token)] = key


def unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims as they stand, unproven: to find whose keys to try. Raises `BadToken`, nothing else."""
    try:
        return _read(token)
    except (ValueError, TypeError, RecursionError) as error:
        raise BadToken(f"{type(error).__name__}: {error}") from error


def half_hash(value: str, alg: str) -> str:
    """The left half of the value's hash, the one `alg` is built on: `at_hash` (OpenID Connect Core 3.1.3.6)."""
    digest: bytes = _HASHES[alg](value.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


@cache
def _registry(algorithms: tuple[str, ...]) -> jws.JWSRegistry:
    """joserfc takes an empty list for its own defaults, and looks for names inside a string: neither gets that far."""
    if not algorithms or not set(algorithms) <= _TYPES.keys():
        raise AssertionError(f"not a list of asymmetric algorithms: {algorithms}")
    # RFC 7515 4: a header that is not understood is ignored; those that matter are refused by name
    return jws.JWSRegistry(algorithms=list(algorithms), strict_check_header=False)


def _read(token: object) -> tuple[dict[str, Any], dict[str, Any]]:
    if not isinstance(token, str) or len(token) > MAX_TOKEN:
        _refuse("not a token, or too long")
    segments = token.split(".")
    if len(segments) != 3:
        _refuse("not a compact JWS")
    header, claims, _ = (_decoded(segment) for segment in segments)
    return _object(header), _object(claims)


def _decoded(segment: str) -> bytes:
    """Base64url as RFC 7515 2 has it: no padding, and one spelling only."""
    if not _SEGMENT.fullmatch(segment):
        _refuse("not base64url")
    raw = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != segment.encode():
        _refuse("not the only spelling in base64url")
    return raw


def _object(text: bytes) -> dict[str, Any]:
    value = json.loads(text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_refuse)
    if not isinstance(value, dict):
        _refuse("not a JSON object")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        _refuse("a member stands twice")
    return members


def _check_header(header: dict[str, Any], typ: str | None) -> None:
    if not _REFUSED.isdisjoint(header):
        _refuse("a header that is refused")
    if typ is not None and _media_type(header.get("typ")) != _media_type(typ):
        _refuse("another type of token")


def _media_type(typ: object) -> str:
    """RFC 7515 4.1.9: case does not count, and "application/" goes without saying."""
    return typ.lower().removeprefix("application/") if isinstance(typ, str) else ""


def _choose(keys: KeySet, header: dict[str, Any], algorithms: Sequence[str]) -> Key:
    alg, kid = header.get("alg"), header.get("kid")
    if not isinstance(alg, str) or alg not in algorithms:
        _refuse("an algorithm that is not allowed here")
    if not isinstance(kid, str) or not kid:
        _refuse("no key is named")
    key = next((key for key in keys if key.kid == kid and _suits(key, alg)), None)
    if key is None:
        _refuse("the key it names is not one of ours, or not for this")
    return key


def _suits(key: Key, alg: str) -> bool:
    is_large = not isinstance(key, RSAKey) or key.raw_value.key_size >= RSA_BITS
    return key.key_type == _TYPES[alg] and is_large and key.get("alg", alg) == alg and key.get("use", "sig") == "sig"


def _check_claims(claims: dict[str, Any], essential: Sequence[str]) -> None:
    missing = [name for name in essential if claims.get(name) in (None, "", [])]
    if missing:
        _refuse(f"missing {missing}")
    for name in ("iss", "sub", "jti"):
        if not isinstance(claims.get(name, ""), str):
            _refuse(f"{name} is not a string")
    audience = claims.get("aud", "")
    if not all(isinstance(one, str) for one in (audience if isinstance(audience, list) else [audience])):
        _refuse("aud is neither a string nor a list of strings")


def _check_times(claims: dict[str, Any], now: float, leeway: int, expired_ok: bool) -> None:
    expires, issued, starts = (_instant(claims, name) for name in ("exp", "iat", "nbf"))
    if not expired_ok and expires is not None and expires + leeway <= now:
        _refuse("expired")
    for instant in (issued, starts):
        if instant is not None and instant > now + max(leeway, AHEAD):
            _refuse("from the future")


def _instant(claims: dict[str, Any], name: str) -> int | float | None:
    if name not in claims:
        return None
    value: object = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse(f"{name} is not an instant")
    if not abs(value) < LAST_INSTANT:  # 1e999 is read as infinite, and a number of 400 digits fits in no float
        _refuse(f"{name} is after all calendars")
    return value


def _refuse(why: str) -> NoReturn:
    raise ValueError(why)
