"""Tokens made by hand: well signed, whatever they say."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jws
from joserfc.jwk import KeySet

from keys import jose, signing
from keys.errors import BadToken

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
NOW = int(NOON.timestamp())
RS, ES, OTHER = (signing.generate(alg, NOON, timedelta()) for alg in ("RS256", "ES256", "ES256"))
KEYS = KeySet([RS.public, ES.public])
CLAIMS = {"iss": "https://idp", "aud": "portal", "sub": "lea", "iat": NOW, "exp": NOW + 600}
SPKI = RS.public.as_pem()


def encoded(value):
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def crafted(header, payload=CLAIMS, key=ES):
    """A token whose signature is right, whatever its header and payload are."""
    text = f"{encoded(header)}.{encoded(payload)}".encode()
    algorithm = jws.JWSRegistry.algorithms[key.alg]
    return f"{text.decode()}.{encoded(algorithm.sign(text, key.key))}"


def with_header(**more):
    return crafted({"alg": "ES256", "kid": ES.kid, "typ": "at+jwt"} | more)


def with_claims(**more):
    return crafted({"alg": "ES256", "kid": ES.kid, "typ": "at+jwt"}, CLAIMS | more)


def without(name):
    return with_payload({key: value for key, value in CLAIMS.items() if key != name})


def with_payload(payload):
    return crafted({"alg": "ES256", "kid": ES.kid, "typ": "at+jwt"}, payload)


def verified(token, keys=KEYS, **options):
    expected = {"algorithms": ["RS256", "ES256"], "typ": "at+jwt", "now": NOON}
    return jose.verify(token, keys, **(expected | options))


def refused(token, keys=KEYS, **options):
    with pytest.raises(BadToken):
        verified(token, keys, **options)


def mac(secret, alg="HS256", kid=RS.kid):
    text = f"{encoded({'alg': alg, 'kid': kid, 'typ': 'at+jwt'})}.{encoded(CLAIMS)}"
    return f"{text}.{encoded(hmac.digest(secret, text.encode(), hashlib.sha256))}"
