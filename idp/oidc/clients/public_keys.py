"""The public keys of a client, as it registered them or publishes them (RFC 7517): read strictly, and bounded."""

import json
from functools import lru_cache
from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey, import_key

MOST_KEYS = 20
LONGEST = 32 * 1024
"""Characters of a JWK Set."""
SMALLEST_RSA, LARGEST_RSA = 2048, 8192
_CURVES = {"P-256", "Ed25519"}
_PRIVATE = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}


class NoKeys(Exception):
    """What should be a JWK Set is none that we can use; why, in words that quote none of it."""


def usable(jwks: object) -> KeySet:
    """The keys that may verify a signature. Raises `NoKeys`; a private key anywhere spoils the whole set.

    Each is named (`kid`), as assertions are by their header. Keys of a kind we do not know are left out (RFC 7517 5).
    """
    try:
        text = json.dumps(jwks, sort_keys=True, allow_nan=False)  # what Python reads beyond JSON, no database keeps
    except (TypeError, ValueError, RecursionError):
        raise NoKeys("it is not JSON") from None
    return _usable(text)


@lru_cache(maxsize=256)
def _usable(text: str) -> KeySet:
    keys = [key for key in map(_key, _members(text)) if key is not None]
    if not keys:
        raise NoKeys("it holds no key that verifies: RSA of 2048 to 8192 bits, P-256 or Ed25519, with a kid")
    if len({key.kid for key in keys}) != len(keys):
        raise NoKeys("two of its keys have the same kid")
    return KeySet(keys)


def _members(text: str) -> list[dict[str, Any]]:
    if len(text) > LONGEST:
        raise NoKeys(f"it is longer than {LONGEST} characters")
    jwks = json.loads(text)
    members = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(members, list) or not all(isinstance(one, dict) for one in members):
        raise NoKeys('it is no JWK Set: {"keys": [{…}, …]}')
    if len(members) > MOST_KEYS:
        raise NoKeys(f"it holds more than {MOST_KEYS} keys")
    if any(_PRIVATE & one.keys() for one in members):
        raise NoKeys("it holds a private or a shared key: publish the public half, and replace this one")
    return members


def _key(member: dict[str, Any]) -> Key | None:
    kid = member.get("kid")
    if not isinstance(kid, str) or not kid or member.get("use", "sig") != "sig":
        return None
    try:
        key = import_key(member)
        return key if _is_strong(key) else None
    except (JoseError, ValueError, TypeError, KeyError):
        return None


def _is_strong(key: Key) -> bool:
    if isinstance(key, RSAKey):
        return SMALLEST_RSA <= key.raw_value.key_size <= LARGEST_RSA
    return isinstance(key, ECKey | OKPKey) and key.curve_name in _CURVES
