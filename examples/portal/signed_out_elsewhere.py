"""The person signed out elsewhere: the provider tells the portal itself (OpenID Connect Back-Channel Logout 1.0)."""

import time
from typing import Any, cast

from flask import current_app, request
from flask.typing import ResponseReturnValue
from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from examples.portal import signing_in
from examples.portal.sessions import MemorySessions

EVENT = "http://schemas.openid.net/event/backchannel-logout"
ALGORITHMS = ["RS256"]
CLOCKS_APART = 10


class NoLogoutToken(Exception):
    """What came is not the provider's word that somebody is signed out."""


def receive() -> ResponseReturnValue:
    """`POST /backchannel-logout`: 200 once the session is forgotten, and when there was none; 400 for a bad token."""
    try:
        said = read(request.form.get("logout_token", ""))
    except (NoLogoutToken, JoseError, ValueError):
        return {"error": "invalid_request"}, 400
    cast(MemorySessions, current_app.session_interface).end(said["sid"])
    return "", 200


def read(token: str) -> dict[str, Any]:
    """The claims of a logout token (section 2.6). Raises `NoLogoutToken`, or `JoseError` for a bad signature."""
    header, claims = _decoded(token)
    now = time.time()
    rules = {
        "another kind of token": header.get("typ") == "logout+jwt",
        "another issuer": claims.get("iss") == signing_in.config().issuer,
        "for another client": claims.get("aud") == signing_in.config().client_id,
        "expired": claims.get("exp", 0) > now - CLOCKS_APART,
        "from the future": claims.get("iat", now + 60) <= now + CLOCKS_APART,
        "no logout": claims.get("events") == {EVENT: {}},
        "an ID token": "nonce" not in claims,
        "nobody's": isinstance(claims.get("sid"), str),
    }
    for what, is_kept in rules.items():
        if not is_kept:
            raise NoLogoutToken(what)
    return claims


def _decoded(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, once the signature holds; the provider's keys are read again where they have turned."""
    registry = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        found = jwt.decode(token, KeySet.import_key_set(signing_in.keys()), registry=registry)
    except InvalidKeyIdError:
        found = jwt.decode(token, KeySet.import_key_set(signing_in.keys(anew=True)), registry=registry)
    return found.header, found.claims
