"""Userinfo (OpenID Connect Core 5.3 and 5.4, RFC 6750)."""

import json
from datetime import timedelta

import pytest
from joserfc import jwt

from idp import clock
from idp.accounts.models import Account, EmailAddress
from idp.db import db, unit_of_work
from idp.oidc.models.client import Client
from tests.browser import ISSUER
from tests.builders import a_client, a_member, an_account, the_account
from tests.relying_party import RelyingParty
from tests.rows import row

FORM = "application/x-www-form-urlencoded"
EVERY_SCOPE = "openid profile email phone organization"


def test_get_and_post_with_the_header_answer_alike(party, tokens):
    """Core 5.3.1."""
    got, posted = (party.userinfo(tokens["access_token"], method) for method in ("GET", "POST"))
    assert got.body == posted.body
    assert (got.status, got.headers["Content-Type"]) == (200, "application/json")
    assert got["sub"] == party.checks(tokens)["sub"]


def test_the_token_may_come_in_the_form_of_a_post(party, tokens):
    """RFC 6750 2.2."""
    data = {"access_token": tokens["access_token"]}
    assert party.userinfo(None, "POST", data=data).ok
    assert party.userinfo(None, "POST", data=data, content_type="text/plain").status == 401


@row("OID-15")
def test_the_token_is_shown_in_one_way_and_never_in_the_address(party, tokens):
    """RFC 6750 2: clients MUST NOT use more than one method. 2.3: SHOULD NOT be passed in page URLs."""
    token = tokens["access_token"]
    twice = party.userinfo(token, "POST", data={"access_token": token})
    assert (twice.status, twice.error) == (400, "invalid_request")
    assert 'error="invalid_request"' in twice.headers["WWW-Authenticate"]
    assert party.userinfo(None, query_string={"access_token": token}).status == 401
    assert party.userinfo(None, "POST", query_string="a=b", data={"access_token": token}).status == 400


def test_without_a_token_no_error_code_is_told(party):
    """RFC 6750 3.1: the resource server SHOULD NOT include an error code or other error information."""
    for headers in ({}, {"Authorization": "Basic abc"}, {"Authorization": "Bearer"}):
        reply = party.userinfo(None, headers=headers)
        assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, f'Bearer realm="{ISSUER}"')
        assert reply.response.data == b""


@pytest.mark.parametrize("token", ["x", "a.b.c", "é", '"', "\\", "a" * 7000, "eyJhbGciOiJub25lIn0.e30."])
def test_a_bad_token_is_an_invalid_token(party, token):
    """RFC 6750 3.1."""
    reply = party.userinfo(token)
    assert (reply.status, reply.error) == (401, "invalid_token")
    assert 'error="invalid_token"' in reply.headers["WWW-Authenticate"]


def test_a_token_without_openid_is_not_enough(party, lea):
    """RFC 6750 3.1: … include the scope attribute with the scope necessary."""
    reply = party.userinfo(party.tokens_of(lea, scope="profile")["access_token"])
    assert (reply.status, reply.error) == (403, "insufficient_scope")
    assert 'scope="openid"' in reply.headers["WWW-Authenticate"]


def test_an_id_token_or_a_refresh_token_opens_nothing(party, tokens):
    assert party.userinfo(tokens["id_token"]).error == "invalid_token"
    assert party.userinfo(tokens["refresh_token"]).error == "invalid_token"


def test_a_token_dies_after_ten_minutes(party, tokens):
    with clock.travel(timedelta(minutes=9, seconds=55)):
        assert party.userinfo(tokens["access_token"]).ok
    with clock.travel(timedelta(minutes=10, seconds=1)):
        assert party.userinfo(tokens["access_token"]).error == "invalid_token"


# What is told


def test_each_scope_opens_its_claims_and_no_others(app, party, lea):
    """Core 5.4."""
    told = {
        "openid": {"sub"},
        "openid profile": {"sub", "name", "given_name", "family_name", "usual_name", "locale", "updated_at"},
        "openid email": {"sub", "email", "email_verified"},
        "openid organization": {"sub", "organization"},
    }
    for scope, names in told.items():
        assert set(party.userinfo(party.tokens_of(lea, scope=scope)["access_token"]).body) == names


def test_standard_claims_have_their_types(app, party):
    """Core 5.1."""
    with app.app_context():
        lea = a_member(mobile="+33612345678")
    body = party.userinfo(party.tokens_of(lea, scope=EVERY_SCOPE)["access_token"]).body
    assert (body["name"], body["given_name"], body["family_name"]) == ("Léa Martin", "Léa", "Martin")
    assert (body["email"], body["email_verified"]) == (lea.email, True)
    assert (body["phone_number"], body["phone_number_verified"]) == ("+33612345678", False)
    assert abs(body["updated_at"] - clock.now().timestamp()) < 60
    assert "" not in body.values()


def test_what_is_unknown_is_left_out(app, party):
    with app.app_context():
        lea = an_account()
        with unit_of_work():
            account = db.session.get(Account, lea.id)
            account.given_names = ""
    body = party.userinfo(party.tokens_of(lea, scope=EVERY_SCOPE)["access_token"]).body
    assert {"given_name", "phone_number", "phone_number_verified", "organization"}.isdisjoint(body)
    assert body["name"] == "Martin"


@pytest.mark.parametrize(
    ("certified", "due", "told"),
    [(None, 30, False), (-340, -14, True), (-340, -16, False)],
    ids=["never", "within the grace", "past the grace"],
)
def test_an_address_is_verified_while_its_certification_lasts(app, party, lea, certified, due, told):
    token = party.tokens_of(lea, scope=EVERY_SCOPE)["access_token"]
    with app.app_context(), unit_of_work():
        email, now, day = the_account(lea).email, clock.now(), timedelta(days=1)
        email.certified_at, email.certification_due_at = certified and now + certified * day, now + due * day
    assert party.userinfo(token)["email_verified"] is told


def test_names_are_those_of_this_moment(app, party, tokens, lea):
    with app.app_context(), unit_of_work():
        the_account(lea).family_name = "Durand"
    assert party.userinfo(tokens["access_token"])["name"] == "Léa Durand"


def test_the_organization_says_what_the_person_may_do_there(app, party):
    with app.app_context():
        holder, colleague = a_member(), a_member(holder=False)
    for member, is_holder, some in ((holder, True, "legal:act"), (colleague, False, "documents:read")):
        told = party.userinfo(party.tokens_of(member, scope="openid organization")["access_token"])["organization"]
        assert told["id"] == str(member.organization_id)
        assert told["holder"] is is_holder
        assert some in told["rights"]
        assert told["siren"] == told["siret"][:9]
        assert {"fund", "kind", "name", "member_number"} <= told.keys()


@row("OID-5")
def test_the_claims_parameter_is_honoured(party, lea):
    """Core 5.5: … userinfo, and id_token."""
    asked = {"userinfo": {"name": {"essential": True}}, "id_token": {"email": None, "unknown": None}}
    tokens = party.tokens_of(lea, scope="openid", claims=json.dumps(asked))
    assert set(party.userinfo(tokens["access_token"]).body) == {"sub", "name"}
    claims = party.checks(tokens)
    assert claims["email"] == lea.email
    assert {"name", "unknown"}.isdisjoint(claims)


def test_the_claims_parameter_opens_no_scope_the_client_lacks(app, lea):
    with app.app_context():
        party = RelyingParty(app, a_client(scopes=("openid",)))
    asked = json.dumps({"userinfo": {"email": {"essential": True}}, "id_token": {"email": None}})
    tokens = party.tokens_of(lea, scope="openid", claims=asked)
    assert set(party.userinfo(tokens["access_token"]).body) == {"sub"}
    assert "email" not in party.checks(tokens)


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_a_signed_answer_names_issuer_and_audience(app, lea, alg):
    """Core 5.3.2: the UserInfo Response SHOULD contain the Claims iss and aud."""
    with app.app_context():
        party = RelyingParty(app, a_client(userinfo_signed_response_alg=alg))
    reply = party.userinfo(party.tokens_of(lea)["access_token"])
    assert reply.headers["Content-Type"] == "application/jwt"
    signed = jwt.decode(reply.response.get_data(as_text=True), party.published(), algorithms=[alg])
    assert signed.header["alg"] == alg
    assert (signed.claims["iss"], signed.claims["aud"]) == (ISSUER, party.portal.client_id)
    assert {"nonce", "exp"}.isdisjoint(signed.claims)
    assert signed.claims["name"] == "Léa Martin"


def test_subjects_are_the_same_for_public_clients_and_not_for_pairwise_ones(app, lea):
    """Core 8."""
    hosts = ("a", "b", "b")
    with app.app_context():
        public = [RelyingParty(app, a_client()) for _ in range(2)]
        uris = [(f"https://{host}.example.org/callback",) for host in hosts]
        pairwise = [
            RelyingParty(app, a_client(subject_type="pairwise", redirect_uris=uri, post_logout_redirect_uris=()))
            for uri in uris
        ]
    subs = [party.checks(party.tokens_of(lea))["sub"] for party in (*public, *pairwise)]
    assert subs[0] == subs[1]
    assert subs[3] == subs[4]
    assert len(set(subs)) == 3


def test_scripts_of_the_client_may_read_it(app, lea):
    origin = "https://app.example.org"
    with app.app_context():
        party = RelyingParty(app, a_client(origins=(origin,)))
        a_client(origins=("https://elsewhere.example.org",))
    token = party.tokens_of(lea)["access_token"]
    assert party.userinfo(token, headers={"Origin": origin}).headers["Access-Control-Allow-Origin"] == origin
    foreign = party.userinfo(token, headers={"Origin": "https://elsewhere.example.org"})
    assert "Access-Control-Allow-Origin" not in foreign.headers
    preflight = app.test_client().options("/userinfo", headers={"Origin": origin}, base_url=ISSUER)
    assert preflight.headers["Access-Control-Allow-Headers"] == "Authorization, Content-Type"


def test_a_client_disabled_meanwhile_learns_nothing(app, party, tokens):
    with app.app_context(), unit_of_work():
        Client.by_client_id(party.portal.client_id).disabled_at = clock.now()
    assert party.userinfo(tokens["access_token"]).error == "invalid_token"


def test_a_person_without_an_address_has_no_email_claims(app, party, tokens, lea):
    with app.app_context(), unit_of_work():
        db.session.delete(the_account(lea).email)
    reply = party.userinfo(party.refreshes(tokens["refresh_token"])["access_token"])
    assert "email_verified" not in reply.body
    with app.app_context():
        assert db.session.query(EmailAddress).count() == 0
