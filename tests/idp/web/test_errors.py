"""An error is undone first, then traced, then told without anything of the inside."""

import json
from io import StringIO

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import exc, text
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Forbidden as WerkzeugForbidden
from werkzeug.exceptions import TooManyRequests, Unauthorized

from idp.db import db
from idp.errors import (
    Busy,
    DomainError,
    Forbidden,
    JourneyExpired,
    JourneyForeign,
    NotFound,
    StoreUnavailable,
    Unavailable,
)
from tests.rows import row

SECRET = "lea.martin@example.org knows s3cr3t"


def events(log: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (NotFound(SECRET), 404, "Page introuvable"),
        (Forbidden(SECRET), 403, "Accès refusé"),
        (DomainError(SECRET), 400, "Demande incorrecte"),
        (JourneyExpired(SECRET), 410, "n’est plus valable"),
        (JourneyForeign(SECRET), 403, "n’est plus valable"),
        (Unavailable(SECRET), 503, "momentanément indisponible"),
        (StoreUnavailable(SECRET), 503, "momentanément indisponible"),
        (Busy(SECRET), 503, "momentanément indisponible"),
        (exc.OperationalError(SECRET, {}, Exception(SECRET)), 503, "momentanément indisponible"),
        (exc.TimeoutError(SECRET), 503, "momentanément indisponible"),
        (exc.IntegrityError(SECRET, {}, Exception(SECRET)), 500, "Une erreur est survenue"),
        (ZeroDivisionError(SECRET), 500, "Une erreur est survenue"),
        (TooManyRequests(SECRET), 429, "Trop de demandes"),
        (WerkzeugForbidden(SECRET), 403, "Accès refusé"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_person_reads_what_happened_and_nothing_of_the_inside(visitor, raising, error, status, words, method):
    raising.append(error)
    response = visitor.open("/raise", method=method)
    assert response.status_code == status
    assert method == "HEAD" or words in response.text
    assert "s3cr3t" not in response.text
    assert method == "HEAD" or "incident-42" in response.text or status in (403, 410)


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound(SECRET), 404, "invalid_request"),
        (Forbidden(SECRET), 403, "access_denied"),
        (StoreUnavailable(SECRET), 503, "temporarily_unavailable"),
        (ZeroDivisionError(SECRET), 500, "server_error"),
        (JourneyExpired(SECRET), 410, "invalid_request"),
    ],
)
def test_a_program_reads_json_with_the_number_of_the_incident(site: Flask, raising, error, status, code):
    raising.append(error)
    site.config["WTF_CSRF_ENABLED"] = False
    response = site.test_client().post("/machine/x")
    assert response.status_code == status
    assert response.get_json() == {"error": code, "error_description": "incident incident-42"}


@row("OID-15")
def test_a_program_that_uses_the_wrong_method_reads_json_too(visitor: FlaskClient):
    response = visitor.get("/machine/x")
    assert response.status_code == 405
    assert response.get_json()["error"] == "invalid_request"
    assert response.get_json()["error_description"].startswith("this address does not take that method; incident ")
    assert "POST" in response.headers["Allow"]


def test_a_challenge_is_kept(site: Flask, visitor: FlaskClient, raising: list[Exception]):
    raising.append(Unauthorized(www_authenticate=WWWAuthenticate("bearer")))
    assert visitor.get("/raise").headers["WWW-Authenticate"] == "Bearer"


def test_a_page_that_is_away_comes_back_by_itself_without_scripts(visitor: FlaskClient, raising: list[Exception]):
    raising.append(Unavailable("away"))
    response = visitor.get("/raise?from=portal")
    assert response.headers["Retry-After"] == "5"
    assert '<meta http-equiv="refresh" content="' in response.text
    assert 'href="?from=portal"' in response.text


@row("SES-6")
def test_a_form_without_its_token_is_refused_and_traced(visitor, refused, log):
    response = visitor.post("/screen?lang=fr", data={"choice": "yes"})
    assert response.status_code == 400
    assert "doit être rechargée" in response.text
    assert 'href="?lang=fr"' in response.text
    assert [type(error).__name__ for error in refused] == ["CSRFError"]


@pytest.mark.parametrize(
    ("error", "is_traced"),
    [(Forbidden("x"), True), (JourneyForeign("x"), True), (NotFound("x"), False), (ZeroDivisionError(), False)],
)
def test_only_what_is_suspicious_reaches_the_audit(visitor, raising, refused, error, is_traced):
    raising.append(error)
    visitor.get("/raise")
    assert refused == ([error] if is_traced else [])


@pytest.mark.parametrize("error", [Forbidden("x"), ZeroDivisionError(), TooManyRequests()])
def test_what_was_written_is_undone_before_the_audit_is_told(site: Flask, refused, error):
    def write() -> str:
        db.session.execute(text("INSERT INTO note VALUES ('x')"))
        raise error

    seen: list[bool] = []
    site.extensions["idp_errors"] = site.extensions["idp_errors"]._replace(
        refused=lambda _: seen.append(db.session().in_transaction())
    )
    site.add_url_rule("/write", "write", write)
    with site.app_context():
        db.session.execute(text("CREATE TABLE note (words TEXT)"))
        db.session.commit()
    site.test_client().get("/write")
    with site.app_context():
        assert db.session.scalar(text("SELECT count(*) FROM note")) == 0
    assert True not in seen


def test_a_failure_after_the_view_is_told_like_any_other(site: Flask, visitor: FlaskClient, log: StringIO):
    failing = [exc.OperationalError(SECRET, {}, Exception(SECRET))]

    def fail_once(response):
        if failing:
            raise failing.pop()
        return response

    site.after_request(fail_once)
    response = visitor.get("/screen")
    assert response.status_code == 503
    assert "momentanément indisponible" in response.text
    assert response.headers["Cache-Control"] == "no-store"


@row("AUD-3")
def test_a_crash_is_one_event_with_the_route_and_without_the_path(site: Flask, raising, log: StringIO):
    raising.append(ValueError(f"no such person: {SECRET}, 06 39 98 12 34, {'A1b2' * 12}"))
    site.config["WTF_CSRF_ENABLED"] = False
    site.test_client().post("/machine/the-path?code=the-query")
    crashed, answered = events(log)
    assert crashed["event"] == "web:error:crashed"
    assert crashed["request_id"] == "incident-42"
    assert crashed["route"] == answered["route"] == "/machine/<secret>"
    assert "ValueError" in crashed["exception"]
    for inside in ("the-path", "the-query", "lea.martin", "06 39", "A1b2"):
        assert inside not in log.getvalue()


def test_what_cannot_be_traced_is_told_as_away_and_no_path_is_logged(site: Flask, raising, log: StringIO):
    def away(_: Exception) -> None:
        raise exc.OperationalError(SECRET, {}, Exception(SECRET))

    site.extensions["idp_errors"] = site.extensions["idp_errors"]._replace(refused=away)
    site.config["WTF_CSRF_ENABLED"] = False
    raising.append(Forbidden("x"))
    response = site.test_client().post("/machine/the-path")
    assert response.status_code == 503
    assert response.get_json()["error"] == "temporarily_unavailable"
    assert "the-path" not in log.getvalue()
    assert "lea.martin" not in log.getvalue()
