"""Discovery and keys (OpenID Connect Discovery 1.0, section 3 and 4; RFC 8414; RFC 7517)."""

import json
from datetime import timedelta

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata

from idp import clock, extensions
from idp.db import unit_of_work
from tests.browser import ISSUER
from tests.counting import costs
from tests.relying_party import RelyingParty, header_of
from tests.rows import row

PATHS = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server", "/jwks")

# IANA "OAuth Authorization Server Metadata", as far as we name any of it
REGISTERED = {
    *(f"{name}_endpoint_auth_signing_alg_values_supported" for name in ("token", "revocation", "introspection")),
    *("backchannel_logout_supported", "backchannel_logout_session_supported"),
    *("frontchannel_logout_supported", "frontchannel_logout_session_supported"),
    *("issuer", "authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri", "end_session_endpoint"),
    *("revocation_endpoint", "scopes_supported", "response_types_supported", "response_modes_supported"),
    *("grant_types_supported", "subject_types_supported", "acr_values_supported", "claims_supported"),
    *("id_token_signing_alg_values_supported", "userinfo_signing_alg_values_supported", "display_values_supported"),
    *("token_endpoint_auth_methods_supported", "revocation_endpoint_auth_methods_supported", "claim_types_supported"),
    *("code_challenge_methods_supported", "claims_parameter_supported", "request_parameter_supported"),
    *("request_uri_parameter_supported", "authorization_response_iss_parameter_supported", "prompt_values_supported"),
    *("ui_locales_supported", "introspection_endpoint", "introspection_endpoint_auth_methods_supported"),
    *("introspection_signing_alg_values_supported", "authorization_details_types_supported"),
}


def get(app, path, **headers):
    return app.test_client().get(path, base_url=ISSUER, headers=headers)


@pytest.fixture
def metadata(app):
    return get(app, PATHS[0]).json


def test_both_documents_are_the_same(app, metadata):
    """RFC 8414 5: … both may be served."""
    assert metadata == get(app, PATHS[1]).json
    assert metadata["issuer"] == ISSUER


@row("OID-6")
def test_the_issuer_is_promised_in_answers(metadata):
    """RFC 9207 3."""
    assert metadata["authorization_response_iss_parameter_supported"] is True


def test_authlib_finds_nothing_wrong(metadata):
    OpenIDProviderMetadata(metadata).validate()
    AuthorizationServerMetadata(metadata).validate()


def test_what_is_named_is_registered_and_what_is_not_offered_is_not_named(metadata):
    """RFC 8414 2 and 7.1.2."""
    assert metadata.keys() <= REGISTERED
    assert metadata["response_types_supported"] == ["code"]
    assert metadata["grant_types_supported"] == ["authorization_code", "refresh_token", "client_credentials"]
    assert metadata["code_challenge_methods_supported"] == ["S256"]
    methods = ["client_secret_basic", "client_secret_post", "private_key_jwt", "none"]
    assert metadata["token_endpoint_auth_methods_supported"] == methods
    assert "none" not in metadata["introspection_endpoint_auth_methods_supported"]
    assert "none" not in metadata["id_token_signing_alg_values_supported"]
    assert metadata["request_uri_parameter_supported"] is False  # its default is true


def test_every_endpoint_named_is_there(app, metadata):
    endpoints = [url for name, url in metadata.items() if name.endswith(("_endpoint", "_uri"))]
    assert len(endpoints) == 7
    for url in endpoints:
        assert url.startswith(f"{ISSUER}/")
        assert get(app, url.removeprefix(ISSUER)).status_code != 404


def test_the_claims_named_are_those_told(metadata, party, lea):
    told = party.userinfo(party.tokens_of(lea, scope="openid profile email organization")["access_token"]).body
    assert told.keys() | party.checks(party.tokens_of(lea)).keys() <= set(metadata["claims_supported"])


@pytest.mark.parametrize("path", PATHS)
def test_they_are_kept_an_hour_and_read_by_anyone(app, path):
    """Discovery 4.2 and CORS: public, the same for all."""
    reply = get(app, path, Origin="https://anyone.example.org")
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Cache-Control"] == "public, max-age=3600"
    assert reply.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in reply.headers


@pytest.mark.parametrize("path", PATHS)
def test_they_are_sent_again_only_when_they_changed(app, path):
    """RFC 9110 13.1.2."""
    etag = get(app, path).headers["ETag"]
    again = get(app, path, **{"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert get(app, path, **{"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_they_cost_the_stores_nothing(app, path):
    get(app, path)
    with costs(app) as counted:
        assert get(app, path).status_code == 200
    assert (counted.statements, counted.commits, counted.trips) == ([], 0, 0)


def test_keys_are_public_distinct_and_made_for_signing(app):
    """RFC 7517 4: no private member may ever be published."""
    keys = get(app, "/jwks").json["keys"]
    assert {(key["kty"], key["alg"], key["use"]) for key in keys} == {("RSA", "RS256", "sig"), ("EC", "ES256", "sig")}
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert {"d", "p", "q", "dp", "dq", "qi", "k", "x5u"}.isdisjoint(key)


@row("KEY-2")
def test_keys_turn_in_the_middle_of_everything(app, party: RelyingParty, lea, browser):
    """The next key is published two hours before it signs; what the former signed stays good as long as it lives."""
    before = party.tokens_of(lea, browser)
    former, etag = header_of(before["id_token"])["kid"], get(app, "/jwks").headers["ETag"]
    code = party.code_of(lea, browser)
    with app.app_context(), unit_of_work():
        waiting = {extensions.ring.rotate(alg, clock.now()).kid for alg in ("RS256", "ES256")}
    published = {key["kid"] for key in get(app, "/jwks").json["keys"]}
    assert waiting | {former} <= published
    assert get(app, "/jwks").headers["ETag"] != etag
    between = party.redeems(code)
    assert header_of(between["id_token"])["kid"] == former
    offline = party.tokens_of(lea, browser, scope="openid offline_access")
    with clock.travel(timedelta(hours=1, minutes=59, seconds=50)):
        last = party.refreshes(offline["refresh_token"])
        assert header_of(last["id_token"])["kid"] == former
    with clock.travel(timedelta(hours=2, seconds=1)):
        after = party.refreshes(last["refresh_token"])
        assert {header_of(after[name])["kid"] for name in ("id_token", "access_token")} == waiting
        assert party.userinfo(last["access_token"]).ok  # signed by the former key, ten seconds ago
        party.checks(last, nonce=None)
        party.checks(after, nonce=None)
        leaving = browser.get(f"/end_session?id_token_hint={before['id_token']}")
        assert leaving.status == 200
    with clock.travel(timedelta(hours=3)):
        assert former not in json.dumps(get(app, "/jwks").json)


@row("KEY-2")
def test_what_a_removed_key_signed_is_refused(app, party, tokens):
    """An emergency: the key has leaked."""
    kid = header_of(tokens["access_token"])["kid"]
    with app.app_context(), unit_of_work():
        extensions.ring.remove(kid, clock.now())
    assert party.userinfo(tokens["access_token"]).error == "invalid_token"
    assert party.userinfo(party.refreshes(tokens["refresh_token"])["access_token"]).ok
