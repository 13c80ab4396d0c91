"""What the portal checks by itself, before and after the provider."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from examples.portal import content, signing_in
from examples.portal.app import create_app
from examples.portal.config import Config
from examples.portal.sessions import COOKIE

ISSUER = "http://localhost:8000"
URL = "http://localhost:8001"
PERSON = {"sub": "1", "name": "Léa Martin", "organization": None}


@pytest.fixture
def portal() -> Flask:
    """A portal that has read a provider's metadata, and can reach nobody."""
    app = create_app(Config(ISSUER, "portal", "secret", URL, "val-exemple", "Caisse du Val d’Exemple"))
    app.extensions["provider"].server_metadata.update(
        {
            "_loaded_at": time.time(),
            "authorization_endpoint": f"{ISSUER}/authorize",
            "end_session_endpoint": f"{ISSUER}/end_session",
            "token_endpoint": "http://localhost:9/token",
        }
    )

    @app.post("/test/sign-in")
    def sign_in() -> str:
        session = signing_in._session()
        session.update(person=PERSON, token={"expires_at": time.time() + 600, "id_token": "the.id.token"})
        return str(session.setdefault("form_token", "the-form-token"))

    return app


@pytest.fixture
def visitor(portal: Flask) -> FlaskClient:
    return portal.test_client()


@pytest.fixture
def lea(portal: Flask) -> FlaskClient:
    """Someone signed in."""
    portal.before_request_funcs.clear()
    client = portal.test_client()
    client.post("/test/sign-in", base_url=URL)
    return client


def asked(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def test_a_sign_in_asks_for_a_code_bound_three_ways(visitor: FlaskClient):
    question = asked(visitor.get("/login", base_url=URL).headers["Location"])
    assert (question["response_type"], question["code_challenge_method"]) == ("code", "S256")
    assert question["redirect_uri"] == f"{URL}/callback"
    assert all(len(question[name]) >= 20 for name in ("state", "nonce", "code_challenge"))
    assert question["scope"] == signing_in.SCOPE


@pytest.mark.parametrize(("path", "prompt"), [("/login", None), ("/create", "create"), ("/check", "none")])
def test_each_way_in_asks_for_its_screen(visitor: FlaskClient, path: str, prompt: str | None):
    assert asked(visitor.get(path, base_url=URL).headers["Location"]).get("prompt") == prompt


def test_the_welcome_page_has_a_way_in_for_each(visitor: FlaskClient):
    page = visitor.get("/", base_url=URL).text
    assert all(f'href="{path}"' in page for path in ("/login", "/create", "/check"))


def test_each_sign_in_has_its_own_state_nonce_and_challenge(visitor: FlaskClient):
    first, second = (asked(visitor.get("/login", base_url=URL).headers["Location"]) for _ in range(2))
    assert all(first[name] != second[name] for name in ("state", "nonce", "code_challenge"))


def test_an_answer_without_a_question_of_this_browser_is_refused(portal: Flask, visitor: FlaskClient):
    state = asked(visitor.get("/login", base_url=URL).headers["Location"])["state"]
    stranger = portal.test_client().get(f"/callback?code=x&state={state}&iss={ISSUER}", base_url=URL)
    assert (stranger.status_code, "unknown_state" in stranger.text) == (400, True)


@pytest.mark.parametrize("iss", ["", "&iss=http://localhost:8002", "&iss=http://localhost:8000/"])
def test_an_answer_of_another_issuer_is_refused(visitor: FlaskClient, iss: str):
    state = asked(visitor.get("/login", base_url=URL).headers["Location"])["state"]
    answer = visitor.get(f"/callback?code=x&state={state}{iss}", base_url=URL)
    assert "wrong_issuer" in answer.text


@pytest.mark.parametrize(
    ("error", "status", "title"),
    [
        ("access_denied", 403, "Connexion annulée"),
        ("login_required", 401, "Aucune session ouverte"),
        ("temporarily_unavailable", 503, "Connexion momentanément indisponible"),
        ("<script>", 502, "La connexion n’a pas abouti"),
    ],
)
def test_an_error_has_a_page_and_is_told_once(visitor: FlaskClient, error: str, status: int, title: str):
    state = asked(visitor.get("/login?target=/documents", base_url=URL).headers["Location"])["state"]
    query = {"error": error, "state": state, "iss": ISSUER}
    shown = visitor.get("/callback", base_url=URL, query_string=query)
    assert (shown.status_code, title in shown.text) == (status, True)
    assert "/login?target=/documents" in shown.text
    assert "<script" not in shown.text
    assert "unknown_state" in visitor.get("/callback", base_url=URL, query_string=query).text


def test_a_provider_that_does_not_answer_is_said_to_be_away(visitor: FlaskClient):
    state = asked(visitor.get("/login", base_url=URL).headers["Location"])["state"]
    shown = visitor.get(f"/callback?code=x&state={state}&iss={ISSUER}", base_url=URL)
    assert (shown.status_code, shown.headers["Retry-After"]) == (503, "5")
    assert "ne répond pas" in shown.text


STRANGE = "//evil.example /\\evil.example https://evil.example https:evil.example \\\\evil javascript:1 evil"
OURS_IN_DISGUISE = (f"{URL}@evil.example/", f"{URL}.evil.example/x", f"{URL}//evil.example")


@pytest.mark.parametrize("target", [*STRANGE.split(), *OURS_IN_DISGUISE, "/\tx", "/a\r\nSet-Cookie: x=1", ""])
def test_only_our_own_paths_are_gone_on_to(portal: Flask, target: str):
    with portal.test_request_context(base_url=URL):
        assert signing_in.local(target) == "/"


@pytest.mark.parametrize("target", ["/documents", "/documents?page=2", f"{URL}/documents"])
def test_our_own_paths_are_gone_on_to(portal: Flask, target: str):
    with portal.test_request_context(base_url=URL):
        assert signing_in.local(target).startswith("/documents")


def test_a_sign_in_that_another_provider_starts_is_refused(visitor: FlaskClient):
    assert "wrong_issuer" in visitor.get("/login?iss=https://evil.example", base_url=URL).text


def test_sign_out_forgets_here_and_tells_the_provider(lea: FlaskClient):
    assert "Léa Martin" in lea.get("/", base_url=URL).text
    left = lea.post("/logout", base_url=URL)
    question = asked(left.headers["Location"])
    assert left.headers["Location"].startswith(f"{ISSUER}/end_session?")
    assert (question["id_token_hint"], question["post_logout_redirect_uri"]) == ("the.id.token", f"{URL}/signed-out")
    assert "Me connecter" in lea.get("/", base_url=URL).text
    back = lea.get("/signed-out", base_url=URL, query_string={"state": question["state"]})
    assert "et du service de connexion" in back.text


def test_a_sign_out_that_was_not_asked_for_is_not_confirmed(visitor: FlaskClient):
    assert "et du service de connexion" not in visitor.get("/signed-out?state=x", base_url=URL).text


def test_a_form_without_its_token_is_refused(visitor: FlaskClient):
    assert visitor.post("/logout", base_url=URL, data={"form_token": "x"}).status_code == 400


def test_a_session_that_was_planted_before_a_sign_in_is_nobody_after_it(portal: Flask):
    planted = portal.test_client()
    planted.get("/login", base_url=URL)
    name = planted.get_cookie(COOKIE, domain="localhost").value
    with portal.test_request_context(base_url=URL, headers={"Cookie": f"{COOKIE}={name}"}):
        signing_in._session().rename()
        signing_in._session().update(person=PERSON, token={"expires_at": time.time() + 600})
        portal.session_interface.save_session(portal, signing_in._session(), portal.make_response(""))
    assert "Léa Martin" not in planted.get("/", base_url=URL).text


def test_who_only_looks_gets_no_cookie(visitor: FlaskClient):
    assert "Set-Cookie" not in visitor.get("/", base_url=URL).headers


def test_every_page_has_a_strict_policy(visitor: FlaskClient):
    headers = visitor.get("/", base_url=URL).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("rights", [[], ["documents:read"], ["absences:act", "legal:read"]])
def test_a_section_opens_with_its_right_only(rights: list[str]):
    opened = {one.slug for one in content.SECTIONS if one.is_open_to(rights)}
    expected = {"compte"}
    expected |= {"documents"} if "documents:read" in rights else set()
    expected |= {"salaries", "arrets"} if "absences:act" in rights else set()
    expected |= {"informations"} if "legal:read" in rights else set()
    assert opened == expected
