"""Client credentials (RFC 6749 4.4)."""

import pytest
import sqlalchemy as sa
from joserfc import jwt

from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.oidc.models.client import Client
from tests.browser import ISSUER
from tests.builders import a_client, a_program, an_api
from tests.relying_party import RelyingParty, claims_of, header_of
from tests.rows import row


@pytest.fixture
def api(app):
    with app.app_context():
        return an_api()


@pytest.fixture
def program(app, api):
    with app.app_context():
        return RelyingParty(app, a_program(api))


def asks(program, **values):
    return program.asks_token(grant_type="client_credentials", **values)


def test_a_program_gets_a_token_of_its_own(program, api):
    """RFC 6749 4.4.3: a refresh token SHOULD NOT be included; RFC 9068 2.2: sub … the client."""
    reply = asks(program)
    assert (reply.status, reply["token_type"], reply["expires_in"]) == (200, "Bearer", 600)
    assert reply.body.keys() == {"access_token", "token_type", "expires_in", "scope"}
    claims = jwt.decode(reply["access_token"], program.published(), algorithms=["ES256"]).claims
    assert header_of(reply["access_token"])["typ"] == "at+jwt"
    assert claims["sub"] == claims["client_id"] == program.portal.client_id
    assert (claims["iss"], claims["aud"], claims["scope"]) == (ISSUER, api, "invoices:read")
    assert claims.keys() == {"iss", "sub", "aud", "client_id", "iat", "exp", "jti", "scope"}


@row("OID-12")
def test_its_scopes_are_those_of_the_client_and_of_the_api(app, program, api):
    assert asks(program, scope="invoices:read").ok
    for scope in ("openid", "openid invoices:read", "organization", "invoices:write", "é", '"'):
        assert asks(program, scope=scope).error == "invalid_scope"
    with app.app_context():
        bare = RelyingParty(app, a_program(api, scopes=("openid", "organization")))
    assert "scope" not in asks(bare).body
    assert "scope" not in claims_of(asks(bare)["access_token"])


def test_one_of_several_apis_is_named(app, api):
    with app.app_context():
        other = an_api(scopes={"other:read": "Autre chose"})
        program = RelyingParty(app, a_program(api, other, scopes=("invoices:read", "other:read")))
    assert asks(program).error == "invalid_target"
    assert asks(program, resource=ISSUER).error == "invalid_target"
    reply = asks(program, resource=other)
    assert (claims_of(reply["access_token"])["aud"], reply["scope"]) == (other, "other:read")
    assert asks(program, resource=other, scope="invoices:read").error == "invalid_scope"


def test_a_client_that_did_not_register_it_is_refused(app, party):
    """RFC 6749 5.2."""
    assert asks(party).error == "unauthorized_client"


@row("OID-12")
def test_a_public_client_never_gets_one(app, program):
    """RFC 6749 4.4: … MUST only be used by confidential clients."""
    with app.app_context(), unit_of_work():
        Client.by_client_id(program.portal.client_id).token_endpoint_auth_method = "none"
    data = {"grant_type": "client_credentials", "client_id": program.portal.client_id}
    assert program.posts("/token", data, auth=None).error == "unauthorized_client"


def test_without_an_api_there_is_nothing_to_get(app, program):
    with app.app_context(), unit_of_work():
        Client.by_client_id(program.portal.client_id).resources = []
    assert asks(program).error == "invalid_target"


@row("OID-12")
def test_it_opens_nothing_about_anybody(program, party):
    token = asks(program)["access_token"]
    assert program.userinfo(token).error == "invalid_token"
    for foreign in (program, party):
        assert foreign.refreshes(token).error in ("invalid_grant", "unauthorized_client")
        assert foreign.redeems(token).error in ("invalid_grant", "unauthorized_client")


def test_it_cannot_be_given_back_and_another_client_learns_nothing(app, program, party):
    """RFC 7009 2.2.1: unsupported_token_type; it stands on no grant, and dies within ten minutes."""
    token = asks(program)["access_token"]
    reply = program.revokes(token)
    assert (reply.status, reply.error) == (400, "unsupported_token_type")
    assert party.revokes(token).status == 200


def test_each_token_is_written_down(app, program, api):
    asks(program)
    with app.app_context():
        found = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.event == "oidc:token:issued_to_client")).one()
        assert found.client_id == program.portal.id
        assert found.details == {"resource": api, "scopes": ["invoices:read"]}


def test_it_signs_nobody_in(app, program):
    """Such a client has no redirect URI, and no response type."""
    with app.app_context():
        portal = a_client()
    query = f"response_type=code&client_id={program.portal.client_id}&redirect_uri={portal.redirect_uri}&scope=openid"
    assert app.test_client().get(f"/authorize?{query}", base_url=ISSUER).status_code == 400
