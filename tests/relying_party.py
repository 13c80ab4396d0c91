"""A client that checks what it receives by the specifications; of ours it uses the clock alone, which tests move."""

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet
from werkzeug.test import TestResponse

from idp import clock
from tests.browser import ISSUER, VERIFIER, Browser
from tests.builders import Member, Portal

HASHES = {"RS256": hashlib.sha256, "ES256": hashlib.sha256}


@dataclass(frozen=True)
class Reply:
    """What an endpoint for programs answered."""

    response: TestResponse

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def ok(self) -> bool:
        return self.status == 200

    @property
    def headers(self) -> Any:
        return self.response.headers

    @property
    def body(self) -> dict[str, Any]:
        return self.response.get_json()

    @property
    def error(self) -> str | None:
        return self.body.get("error")

    def __getitem__(self, name: str) -> Any:
        return self.body[name]


@dataclass(frozen=True)
class RelyingParty:
    """The program behind a portal. Each call is a connection of its own, so that threads may share it."""

    app: Flask
    portal: Portal

    def code_of(self, member: Member, browser: Browser | None = None, **parameters: str | None) -> str:
        """Send the person to sign in, and take the code that comes back."""
        return (browser or Browser(self.app)).signs_in(member, self.portal, **parameters).answer["code"]

    def tokens_of(self, member: Member, browser: Browser | None = None, **parameters: str | None) -> Reply:
        """… and redeem it."""
        reply = self.redeems(self.code_of(member, browser, **parameters))
        assert reply.ok, reply.body
        return reply

    def redeems(self, code: str, **changes: str | None) -> Reply:
        """Redeem a code (RFC 6749 4.1.3); None leaves a parameter out."""
        values = {"code": code, "redirect_uri": self.portal.redirect_uri, "code_verifier": VERIFIER} | changes
        return self.asks_token(grant_type="authorization_code", **values)

    def refreshes(self, token: str, **changes: str | None) -> Reply:
        """Refresh (RFC 6749 6)."""
        return self.asks_token(grant_type="refresh_token", refresh_token=token, **changes)

    def asks_token(self, **values: str | None) -> Reply:
        """Any token request, authenticated as the portal registered it."""
        return self.posts("/token", values)

    def revokes(self, token: str, **values: str | None) -> Reply:
        """Give a token back (RFC 7009)."""
        return self.posts("/revoke", {"token": token, **values})

    def introspects(self, token: str, **values: str | None) -> Reply:
        """Ask what a token is worth (RFC 7662)."""
        return self.posts("/introspect", {"token": token, **values})

    def posts(self, path: str, values: dict[str, str | None], **options: Any) -> Reply:
        """Post a form, with Basic authentication, or the bare client_id of a public client."""
        data = {name: value for name, value in values.items() if value is not None}
        if self.portal.secret is None:
            data.setdefault("client_id", self.portal.client_id)
        else:
            options.setdefault("auth", (self.portal.client_id, self.portal.secret))
        return Reply(self.app.test_client().post(path, data=data, base_url=ISSUER, **options))

    def userinfo(self, access_token: str | None, method: str = "GET", **options: Any) -> Reply:
        """Ask who it is (Core 5.3)."""
        headers = {"Authorization": f"Bearer {access_token}"} if access_token is not None else {}
        options["headers"] = headers | options.get("headers", {})
        return Reply(self.app.test_client().open("/userinfo", method=method, base_url=ISSUER, **options))

    def published(self) -> KeySet:
        """The keys the provider publishes now."""
        return KeySet.import_key_set(self.app.test_client().get("/jwks", base_url=ISSUER).get_json())

    def checks(self, reply: Reply, nonce: str | None = "nonce-456") -> dict[str, Any]:
        """The claims of the ID token, once all of Core 3.1.3.7 and 3.1.3.8 holds."""
        token, header = reply["id_token"], header_of(reply["id_token"])
        claims = jwt.decode(token, self.published(), algorithms=list(HASHES)).claims
        now = clock.now().timestamp()
        assert claims["iss"] == ISSUER
        assert claims["aud"] == claims["azp"] == self.portal.client_id
        assert now - 300 < claims["iat"] <= now < claims["exp"]
        assert claims["auth_time"] <= now
        assert claims.get("nonce") == nonce
        assert 0 < len(claims["sub"]) <= 255
        assert claims["at_hash"] == half_hash(reply["access_token"], header["alg"])
        return claims


def header_of(token: str) -> dict[str, Any]:
    """The header of a JWT, unverified."""
    return json.loads(_decoded(token.split(".", maxsplit=1)[0]))


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a JWT, unverified."""
    return json.loads(_decoded(token.split(".")[1]))


def half_hash(value: str, alg: str) -> str:
    """`at_hash` (Core 3.1.3.6)."""
    digest = HASHES[alg](value.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _decoded(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
