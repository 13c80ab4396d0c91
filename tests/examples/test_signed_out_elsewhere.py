"""The portal is told by the provider that somebody signed out elsewhere: only a good token ends a session there."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from joserfc.jws import JWSRegistry

from examples.portal import signing_in
from examples.portal.app import create_app
from examples.portal.config import Config
from tests.rows import row

ISSUER, URL = "http://localhost:8000", "http://localhost:8001"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
OURS, THEIRS = (RSAKey.generate_key(2048, {"kid": "k", "use": "sig", "alg": "RS256"}) for _ in range(2))

Token = Callable[..., str]


@pytest.fixture
def portal() -> Flask:
    """A portal that knows the provider's keys, with Léa signed in by the session `s-1` and Hugo by `s-2`."""
    app = create_app(Config(ISSUER, "portal", "secret", URL, "val-exemple", "Caisse du Val d’Exemple"))
    known = {"_loaded_at": time.time(), "issuer": ISSUER, "jwks": KeySet([OURS]).as_dict()}
    app.extensions["provider"].server_metadata.update(known)

    @app.get("/test/sign-in/<sid>")
    def sign_in(sid: str) -> str:
        person = {"sub": sid, "sid": sid, "name": f"Person of {sid}", "organization": None}
        signing_in._session().update(person=person, token={"expires_at": time.time() + 600})
        return ""

    return app


def someone(portal: Flask, sid: str) -> FlaskClient:
    client = portal.test_client()
    client.get(f"/test/sign-in/{sid}", base_url=URL)
    return client


def is_signed_in(client: FlaskClient) -> bool:
    return "Person of" in client.get("/", base_url=URL).text


def token(key: RSAKey = OURS, header: dict[str, Any] | None = None, **changes: Any) -> str:
    now = int(time.time())
    said = {"iss": ISSUER, "aud": "portal", "iat": now, "exp": now + 120, "jti": "j", "sid": "s-1"}
    said |= {"sub": "1", "events": {EVENT: {}}} | changes
    said = {name: value for name, value in said.items() if value is not None}
    dressed = {"alg": "RS256", "kid": "k", "typ": "logout+jwt"} | (header or {})
    return jwt.encode(dressed, said, key, registry=JWSRegistry(algorithms=["RS256"]))


def tells(portal: Flask, logout_token: str) -> int:
    return (
        portal.test_client().post("/backchannel-logout", base_url=URL, data={"logout_token": logout_token}).status_code
    )


@row("OUT-2")
def test_the_session_of_that_name_ends_and_no_other(portal: Flask):
    lea, hugo = someone(portal, "s-1"), someone(portal, "s-2")
    assert tells(portal, token()) == 200
    assert (is_signed_in(lea), is_signed_in(hugo)) == (False, True)


def test_a_session_that_is_not_here_is_no_error(portal: Flask):
    assert (tells(portal, token(sid="unknown")), tells(portal, token(sid="unknown"))) == (200, 200)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "http://localhost:8002"},
        {"aud": "firm"},
        {"aud": ["portal", "firm"]},
        {"exp": 1},
        {"exp": None},
        {"iat": 99999999999},
        {"iat": None},
        {"events": None},
        {"events": {}},
        {"events": {EVENT: {}, "other": {}}},
        {"nonce": "n"},
        {"sid": None},
        {"key": THEIRS},
        {"header": {"typ": "JWT"}},
    ],
    ids=" ".join,
)
def test_what_is_no_logout_token_of_ours_ends_nothing(portal: Flask, changes: dict[str, Any]):
    lea = someone(portal, "s-1")
    assert tells(portal, token(**changes)) == 400
    assert is_signed_in(lea)


@pytest.mark.parametrize("text", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_at_all_is_refused(portal: Flask, text: str):
    assert tells(portal, text) == 400
