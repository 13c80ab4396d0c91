"""A client that signs: its keys, and the assertions by which it says who it is (RFC 7523), good or bent."""

from dataclasses import dataclass
from typing import Any

from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from idp import clock
from keys import opaque
from tests.browser import ISSUER
from tests.builders import Portal, a_client
from tests.relying_party import Reply

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
KEYS: dict[str, Key] = {
    "RS256": RSAKey.generate_key(2048, {"kid": "rsa", "use": "sig"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "ec", "use": "sig"}),
    "EdDSA": OKPKey.generate_key("Ed25519", {"kid": "ed", "use": "sig"}),
}
KEYS |= {"PS256": KEYS["RS256"], "Ed25519": KEYS["EdDSA"]}
JWKS: dict[str, Any] = KeySet([KEYS["RS256"], KEYS["ES256"], KEYS["EdDSA"]]).as_dict()
ASKED = {"grant_type": "refresh_token", "refresh_token": "unknown"}
"""A token request that gets as far as `invalid_grant` once the client is known."""


@dataclass(frozen=True)
class Signer:
    """A registered client with `private_key_jwt`."""

    app: Flask
    portal: Portal

    @classmethod
    def register(cls, app: Flask, **changes: Any) -> "Signer":
        """With keys by value, unless told otherwise."""
        asked = {"token_endpoint_auth_method": "private_key_jwt", "jwks": JWKS} | changes
        with app.app_context():
            return cls(app, a_client(**asked))

    def assertion(
        self, alg: str = "RS256", key: Key | None = None, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """A good assertion, changed; None leaves a claim out."""
        now, chosen = int(clock.now().timestamp()), key or KEYS[alg]
        said = {"iss": self.portal.client_id, "sub": self.portal.client_id, "aud": ISSUER, "jti": opaque.make()}
        said |= {"iat": now, "exp": now + 60} | changes
        said = {name: value for name, value in said.items() if value is not None}
        dressed = {"alg": alg, "kid": chosen.kid} | (header or {})
        dressed = {name: value for name, value in dressed.items() if value is not None}
        return jwt.encode(dressed, said, chosen, registry=JWSRegistry(algorithms=[alg]))

    def asks(self, assertion: str, path: str = "/token", **form: str) -> Reply:
        """Post a form with it."""
        data = ASKED | {"client_assertion": assertion, "client_assertion_type": TYPE} | form
        return Reply(self.app.test_client().post(path, data=data, base_url=ISSUER))

    def is_known(self, assertion: str, **form: str) -> bool:
        """Whether the client proved itself: the request fails at its grant then. All other failures are told alike."""
        reply = self.asks(assertion, **form)
        assert (reply.status, reply.error) in {(400, "invalid_grant"), (401, "invalid_client")}, reply.body
        return reply.error == "invalid_grant"
