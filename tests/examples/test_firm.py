"""What the partner firm and the API beside it check by themselves."""

import json
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey

from examples.firm import api
from examples.firm.app import COOKIE, create_app
from examples.portal import sessions, signing_in
from examples.portal.config import Config

ISSUER = "http://localhost:8000"
URL = "http://localhost:8002"
KEY = ECKey.generate_key("P-256", {"kid": "one", "alg": "ES256", "use": "sig"})
DETAILS = [{"type": f"{ISSUER}/organization", "siret": "99900001100018", "privileges": [api.RIGHT]}]


@pytest.fixture
def firm() -> Flask:
    """The firm's application, which knows a provider's metadata and keys, and can reach nobody."""
    app = create_app(Config(ISSUER, "firm", "secret", URL, "val-exemple", "Caisse du Val d’Exemple"))
    app.extensions["provider"].server_metadata.update(
        {
            "_loaded_at": time.time(),
            "authorization_endpoint": f"{ISSUER}/authorize",
            "end_session_endpoint": f"{ISSUER}/end_session",
            "token_endpoint": "http://localhost:9/token",
            "jwks": {"keys": [KEY.as_dict(private=False)]},
        }
    )
    return app


@pytest.fixture
def visitor(firm: Flask) -> FlaskClient:
    return firm.test_client()


def a_token(typ: str = "at+jwt", **changes: object) -> str:
    now = int(time.time())
    said = {"iss": ISSUER, "aud": api.IDENTIFIER, "sub": "1", "iat": now, "exp": now + 600}
    said |= {"scope": f"organization {api.SCOPE}", "authorization_details": DETAILS} | changes
    return jwt.encode({"alg": "ES256", "kid": "one", "typ": typ}, said, KEY)


def call(visitor: FlaskClient, token: str):
    return visitor.get("/api/arrets", base_url=URL, headers={"Authorization": f"Bearer {token}"})


def test_the_sign_in_asks_for_the_person_and_for_a_token_of_the_api(visitor: FlaskClient):
    location = visitor.get("/login", base_url=URL).headers["Location"]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
    assert parse_qs(urlsplit(location).query)["resource"] == [api.IDENTIFIER, ISSUER]
    assert {"offline_access", "organizations", api.SCOPE} <= set(asked["scope"].split())
    assert set(json.loads(asked["claims"])["id_token"]) == {"name", "given_name", "email"}


def test_the_api_tells_of_the_company_that_the_token_is_for(visitor: FlaskClient):
    assert [one["site"] for one in call(visitor, a_token()).json["stops"]] == ["Rue des Tilleuls", "Le Vieux-Moulin"]
    other = a_token(authorization_details=[DETAILS[0] | {"siret": "99900003700013"}])
    assert call(visitor, other).json == {"stops": []}


@pytest.mark.parametrize(
    "details",
    [
        [],
        [DETAILS[0] | {"type": "x"}],
        [DETAILS[0] | {"privileges": ["documents:read"]}],
        [{"type": DETAILS[0]["type"]}],
    ],
    ids=["nobody", "another type", "without the right", "without a company"],
)
def test_the_api_wants_a_company_and_the_right_to_read_of_it(visitor: FlaskClient, details: list):
    answer = call(visitor, a_token(authorization_details=details))
    assert (answer.status_code, answer.json["error"]) == (403, "insufficient_scope")


@pytest.mark.parametrize(
    "changes",
    [
        {"typ": "JWT"},
        {"iss": "http://localhost:8001"},
        {"aud": ISSUER},
        {"exp": 1},
        {"iat": 4_000_000_000},
    ],
)
def test_the_api_refuses_a_token_that_is_not_for_it(visitor: FlaskClient, changes: dict):
    answer = call(visitor, a_token(**changes))
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")


def test_the_api_refuses_a_token_of_another_key_and_what_is_no_token(visitor: FlaskClient):
    stranger = ECKey.generate_key("P-256", {"kid": "one"})
    forged = jwt.encode({"alg": "ES256", "kid": "one", "typ": "at+jwt"}, {"aud": api.IDENTIFIER}, stranger)
    for token in (forged, "x", "", "a.b.c"):
        assert call(visitor, token).status_code == 401
    assert visitor.get("/api/arrets", base_url=URL).status_code == 401


def test_the_api_wants_its_scope(visitor: FlaskClient):
    answer = call(visitor, a_token(scope="organization"))
    assert (answer.status_code, answer.json["error"]) == (403, "insufficient_scope")


def test_a_refusal_of_the_person_is_told_as_such(visitor: FlaskClient):
    state = parse_qs(urlsplit(visitor.get("/login", base_url=URL).headers["Location"]).query)["state"][0]
    query = {"error": "access_denied", "state": state, "iss": ISSUER}
    assert "Vous avez refusé l’accès" in visitor.get("/callback", base_url=URL, query_string=query).text


def test_a_provider_that_is_away_when_the_access_is_renewed_is_said_to_be_away(firm: Flask, visitor: FlaskClient):
    @firm.get("/test/sign-in")
    def sign_in() -> str:
        token = {"access_token": "x", "token_type": "Bearer", "refresh_token": "y", "expires_at": 1}
        signing_in._session().update(person={"sub": "1", "name": "Léa Martin"}, token=token)
        return ""

    visitor.get("/test/sign-in", base_url=URL)
    assert "Réessayez dans un instant" in visitor.get("/arrets", base_url=URL).text
    assert "Léa Martin" in visitor.get("/", base_url=URL).text


def test_the_firm_and_the_portal_keep_their_sessions_apart():
    assert COOKIE != sessions.COOKIE


@pytest.mark.parametrize("path", ["/", "/vie-privee", "/conditions", "/signed-out"])
def test_every_page_has_a_strict_policy(visitor: FlaskClient, path: str):
    headers = visitor.get(path, base_url=URL).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/logout", "/renew", "/entreprises"])
def test_a_form_without_its_token_is_refused(visitor: FlaskClient, path: str):
    assert visitor.post(path, base_url=URL, data={"form_token": "x"}).status_code == 400
