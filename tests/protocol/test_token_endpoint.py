"""The token endpoint and its authorization codes (RFC 6749 3.2, 4.1.3, 5; RFC 7636 4.6; OpenID Connect Core 3.1.3)."""

import time
from datetime import timedelta

import pytest
import sqlalchemy as sa

from idp import clock
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.oidc.models.client import Client
from tests.browser import ISSUER, Browser
from tests.builders import CALLBACK, a_client, the_account
from tests.relying_party import RelyingParty, claims_of
from tests.rows import row


def test_a_code_gives_tokens(party, code):
    """RFC 6749 5.1 and Core 3.1.3.3."""
    reply = party.redeems(code)
    assert (reply.status, reply["token_type"], reply["expires_in"]) == (200, "Bearer", 600)
    assert reply["scope"] == "openid profile organization"
    assert {"access_token", "id_token", "refresh_token"} <= reply.body.keys()


@row("OID-16")
def test_tokens_are_never_stored_on_the_way(party, code):
    """RFC 6749 5.1: the response MUST include Cache-Control: no-store."""
    for reply in (party.redeems(code), party.redeems("unknown")):
        assert reply.headers["Cache-Control"] == "no-store"
        assert reply.headers["Content-Type"] == "application/json"


@row("OID-5")
def test_a_code_can_be_redeemed_only_once_and_its_replay_ends_what_it_gave(party, code):
    """RFC 6749 4.1.2: … and SHOULD revoke all tokens previously issued based on that code."""
    tokens = party.redeems(code)
    assert party.userinfo(tokens["access_token"]).ok
    assert party.redeems(code).error == "invalid_grant"
    assert party.userinfo(tokens["access_token"]).status == 401
    assert party.refreshes(tokens["refresh_token"]).error == "invalid_grant"


@row("OID-5")
def test_a_replay_after_thirty_seconds_is_recognized_too(party, code):
    """RFC 6749 4.1.2."""
    tokens = party.redeems(code)
    with clock.travel(timedelta(seconds=30)):
        assert party.redeems(code).error == "invalid_grant"
        assert party.userinfo(tokens["access_token"]).status == 401


@row("OID-5")
def test_a_code_dies_after_a_minute(party, code):
    with clock.travel(timedelta(seconds=61)):
        assert party.redeems(code).error == "invalid_grant"


@row("OID-5")
def test_a_code_is_for_its_client_and_another_does_not_even_use_it(party, other, code):
    assert other.redeems(code).error == "invalid_grant"
    assert party.redeems(code).ok


@row("OID-5")
@pytest.mark.parametrize("uri", [None, CALLBACK + "/", CALLBACK + "?a=b", "https://evil.example.org/callback"])
def test_a_code_is_for_its_redirect_uri(party, code, uri):
    """RFC 6749 4.1.3: their values MUST be identical."""
    assert party.redeems(code, redirect_uri=uri).error == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"code_verifier": "x" * 43}, id="another verifier"),
        pytest.param({"redirect_uri": CALLBACK + "/"}, id="another redirect uri"),
        pytest.param({"resource": "https://unknown.example.org/"}, id="another resource"),
        pytest.param({"seconds": 61}, id="too late"),
    ],
)
def test_a_code_that_was_spent_for_nothing_leaves_a_trace(app, party, code, changes):
    """Whoever holds a code that was stolen, and not its verifier, is seen."""
    with clock.travel(timedelta(seconds=changes.get("seconds", 0))):
        error = party.redeems(code, **{name: value for name, value in changes.items() if name != "seconds"}).error
    with app.app_context():
        events = list(db.session.scalars(sa.select(AuditEvent).where(AuditEvent.event.like("oidc:token:%"))))
    assert [(event.event, event.reason) for event in events] == [("oidc:token:code_refused", error)]
    assert events[0].grant_id
    assert events[0].client_id


@row("OID-4")
@pytest.mark.parametrize(
    "verifier", [None, "", "x" * 42, "x" * 43, "x" * 129, "é" * 43, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"]
)
def test_a_missing_or_wrong_verifier_is_an_invalid_grant(party, code, verifier):
    """RFC 7636 4.6, and what the conformance suite asks: never invalid_request."""
    reply = party.redeems(code, code_verifier=verifier)
    assert reply.error == "invalid_grant"
    assert reply["error_description"] == (
        "the code_verifier does not match" if verifier else "code_verifier is missing"
    )


@row("OID-4")
def test_a_verifier_without_a_challenge_is_refused(app, lea):
    """RFC 9700 4.8.2: the downgrade."""
    with app.app_context():
        party = RelyingParty(app, a_client(require_pkce=False))
    without = {"code_challenge": None, "code_challenge_method": None}
    assert party.redeems(party.code_of(lea, **without)).error == "invalid_grant"
    assert party.redeems(party.code_of(lea, **without), code_verifier=None).ok


@row("OID-5")
def test_a_code_in_flight_dies_with_the_session(party, browser, lea):
    code = party.code_of(lea, browser)
    browser.get("/end_session")
    browser.submit("yes")
    assert party.redeems(code).error == "invalid_grant"


def test_a_code_in_flight_dies_with_the_account(app, party, code, lea):
    with app.app_context(), unit_of_work():
        the_account(lea).suspended_at = clock.now()
    assert party.redeems(code).error == "invalid_grant"


def test_a_client_without_the_grant_type_is_refused(app, party, code):
    with app.app_context(), unit_of_work():
        Client.by_client_id(party.portal.client_id).grant_types = ["refresh_token"]
    assert party.redeems(code).error == "unauthorized_client"


def test_a_client_that_may_not_refresh_gets_no_refresh_token(app, lea):
    with app.app_context():
        party = RelyingParty(app, a_client(grant_types=("authorization_code",), scopes=("openid",)))
    assert "refresh_token" not in party.tokens_of(lea).body


def test_without_openid_there_is_no_id_token(party, lea):
    """OpenID Connect Core 3.1.2.1: without openid the request is plain OAuth."""
    reply = party.tokens_of(lea, scope="profile")
    assert "id_token" not in reply.body
    assert party.userinfo(reply["access_token"]).error == "insufficient_scope"


def test_organization_claims_follow_the_scope(party, lea):
    narrow = party.tokens_of(lea, scope="openid")
    wide = party.tokens_of(lea, scope="openid organization")
    assert "authorization_details" not in narrow.body
    assert "authorization_details" not in claims_of(narrow["access_token"])
    assert wide["authorization_details"][0]["type"] == f"{ISSUER}/organization"


# The shape of a request


@row("OID-15")
def test_get_is_refused(app):
    """RFC 6749 3.2: the client MUST use the HTTP POST method."""
    reply = app.test_client().get("/token", base_url=ISSUER)
    assert (reply.status_code, reply.json["error"]) == (405, "invalid_request")
    assert set(reply.headers["Allow"].split(", ")) == {"POST", "OPTIONS"}


@row("OID-15")
def test_a_missing_grant_type_is_malformed_and_an_unknown_one_unsupported(party):
    """RFC 6749 5.2."""
    assert party.asks_token().error == "invalid_request"
    for unknown in ("password", "implicit", 'a"b\\c', "é", "refresh_token refresh_token"):
        assert party.asks_token(grant_type=unknown).error == "unsupported_grant_type"


@row("OID-15")
def test_a_missing_code_or_refresh_token_is_malformed(party):
    assert party.redeems("").error == "invalid_request"
    assert party.refreshes("").error == "invalid_request"


@row("OID-15")
@pytest.mark.parametrize(
    ("path", "body", "content_type"),
    [
        ("/token?grant_type=authorization_code", b"code=a", "application/x-www-form-urlencoded"),
        ("/token?x", b"grant_type=authorization_code&code=a", "application/x-www-form-urlencoded"),
        ("/token", b"grant_type=authorization_code&code=a&code=a", "application/x-www-form-urlencoded"),
        ("/token", b"grant_type=authorization_code&grant_type=refresh_token", "application/x-www-form-urlencoded"),
        ("/token", b"grant_type=authorization_code&code=a&extra=1&extra=2", "application/x-www-form-urlencoded"),
        ("/token", b'{"grant_type": "authorization_code", "code": "a"}', "application/json"),
        ("/token", b"grant_type=authorization_code&code=a", "text/plain"),
        ("/token", b"grant_type=authorization_code&code=a", None),
        ("/token", b"grant_type=authorization_code&code=a%00b", "application/x-www-form-urlencoded"),
        ("/token", b"grant_type=authorization_code&code=a\0b", "application/x-www-form-urlencoded"),
        ("/token", b"grant_type=authorization_code&code=%ff%fe", "application/x-www-form-urlencoded"),
        ("/token", b"grant_type=authorization_code&code=\xff", "application/x-www-form-urlencoded"),
        ("/token", b"&".join(b"p%d=1" % n for n in range(200)), "application/x-www-form-urlencoded"),
    ],
)
def test_what_is_no_clean_form_is_malformed(party, path, body, content_type):
    """RFC 6749 3.2: parameters once, in the body, as a form in UTF-8."""
    options = {"auth": (party.portal.client_id, party.portal.secret), "content_type": content_type}
    reply = party.app.test_client().post(path, data=body, base_url=ISSUER, **options)
    assert (reply.status_code, reply.json["error"]) == (400, "invalid_request")


@row("OID-15")
def test_a_charset_beside_the_content_type_is_fine(party, code):
    options = {"content_type": "application/x-www-form-urlencoded; charset=UTF-8"}
    assert party.posts("/token", {"grant_type": "refresh_token", "refresh_token": "x"}, **options).error == (
        "invalid_grant"
    )


@row("OID-15")
def test_an_oversize_request_is_told_in_json(party):
    reply = party.asks_token(grant_type="authorization_code", code="x" * 20_000)
    assert (reply.status, reply.error) == (413, "invalid_request")


@row("OID-15")
def test_ten_thousand_scopes_are_answered_fast(party, tokens):
    begun = time.perf_counter()
    reply = party.refreshes(tokens["refresh_token"], scope="a " * 7_000)
    assert reply.error == "invalid_scope"
    assert party.refreshes(tokens["refresh_token"], scope="openid " * 2_000).ok
    assert time.perf_counter() - begun < 1


@row("OID-15")
@pytest.mark.parametrize("name", ["grant_type", "code", "redirect_uri", "code_verifier", "refresh_token", "scope"])
@pytest.mark.parametrize(
    "value", ['"', "\\", "é", "\ud7ff", "[" * 5000, "null", "' OR 1=1 --", "%00", "../..", "a" * 5000, "\r\nX: y", "{}"]
)
@pytest.mark.parametrize("grant_type", ["authorization_code", "refresh_token"])
def test_nothing_hostile_breaks_it(party, grant_type, name, value):
    """RFC 6749 5.2: the characters that a description may have."""
    values = {"grant_type": grant_type, "code": "c", "refresh_token": "r", "redirect_uri": CALLBACK} | {name: value}
    reply = party.asks_token(**values)
    assert reply.status == 400
    assert set(reply.body) == {"error", "error_description"}
    assert all(0x20 <= ord(char) <= 0x7E and char not in '"\\' for char in reply["error_description"])


def test_no_description_repeats_what_was_sent(party):
    assert "dance" not in str(party.asks_token(grant_type="dance").body)


def test_scripts_of_registered_origins_may_read_the_answers_and_no_others(app, lea):
    """Fetch standard: CORS."""
    origin = "https://app.example.org"
    with app.app_context():
        party = RelyingParty(app, a_client(token_endpoint_auth_method="none", origins=(origin,)))
    code = party.code_of(lea, Browser(app))
    for asked, told in ((origin, origin), ("https://evil.example.org", None), (None, None)):
        headers = {"Origin": asked} if asked else {}
        reply = party.posts("/token", {"grant_type": "authorization_code", "code": code}, headers=headers)
        assert reply.headers.get("Access-Control-Allow-Origin") == told
        assert "Access-Control-Allow-Credentials" not in reply.headers
        asked_first = app.test_client().options("/token", headers=headers, base_url=ISSUER)
        assert asked_first.headers.get("Access-Control-Allow-Origin") == told
        assert ("Access-Control-Allow-Headers" in asked_first.headers) == (told is not None)
