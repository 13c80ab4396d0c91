"""An API of the fund, which runs beside the firm for want of a host of its own: it trusts access tokens, not callers.

A token is validated here, offline, by the keys that the provider publishes (RFC 9068, section 4). It is good for ten
minutes at most, whatever ends meanwhile; an API that must know at once asks `/introspect` instead.
"""

import time
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from joserfc import jws, jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from examples.portal import signing_in

IDENTIFIER = "https://api.val-exemple.example.org/arrets"
SCOPE = "arrets:read"
RIGHT = "absences:read"
ALGORITHMS = ["ES256"]
CLOCKS_APART = 10
STOPS = {
    "999000011": [
        {"site": "Rue des Tilleuls", "why": "Gel", "days": 2},
        {"site": "Le Vieux-Moulin", "why": "Vent", "days": 1},
    ],
    "999000029": [{"site": "Quai de la Gare", "why": "Canicule", "days": 3}],
}


class Refused(Exception):
    """The token does not open this API; the message is an error of RFC 6750, section 3.1."""


def stops() -> ResponseReturnValue:
    """`GET /api/arrets`: the stops of the sites of the company that the token is for."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return {"error": "unauthorized"}, 401, {"WWW-Authenticate": "Bearer"}
    try:
        said = validate(token)
    except Refused as error:
        status = 403 if str(error) == "insufficient_scope" else 401
        return {"error": str(error)}, status, {"WWW-Authenticate": f'Bearer error="{error}"'}
    companies = _companies(said)
    if not companies:
        return {"error": "insufficient_scope"}, 403, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'}
    return {"stops": [one for siret in companies for one in STOPS.get(siret[:9], [])]}


def _companies(said: dict[str, Any]) -> list[str]:
    """The SIRET of the company that the token is for, where it gives the right that this takes (RFC 9396, 9)."""
    ours = f"{signing_in.config().issuer}/organization"
    details = said.get("authorization_details", [])
    return [one["siret"] for one in details if one.get("type") == ours and RIGHT in one.get("privileges", [])]


def validate(token: str) -> dict[str, Any]:
    """The claims of an access token for this API. Raises `Refused`."""
    try:
        header, said = _decoded(token)
    except (JoseError, ValueError) as error:
        raise Refused("invalid_token") from error
    now = time.time()
    rules = (
        header.get("typ") == "at+jwt",  # an ID token, or any other, is none
        said.get("iss") == signing_in.config().issuer,
        said.get("aud") == IDENTIFIER,  # a token for another API is none either
        said.get("exp", 0) > now - CLOCKS_APART,
        said.get("iat", now + 60) <= now + CLOCKS_APART,
    )
    if not all(rules):
        raise Refused("invalid_token")
    if SCOPE not in said.get("scope", "").split():
        raise Refused("insufficient_scope")
    return said


def _decoded(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    registry = jws.JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)
    try:
        found = jwt.decode(token, KeySet.import_key_set(signing_in.keys()), registry=registry)
    except InvalidKeyIdError:
        found = jwt.decode(token, KeySet.import_key_set(signing_in.keys(anew=True)), registry=registry)
    return found.header, found.claims
