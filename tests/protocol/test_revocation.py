"""Token revocation (RFC 7009)."""

from datetime import timedelta

import pytest

from idp import clock
from idp.db import db
from tests.rows import row


@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
@pytest.mark.parametrize("hint", [None, "refresh_token", "access_token", "unheard_of"])
def test_giving_back_either_token_ends_the_grant_whatever_the_hint(party, tokens, kind, hint):
    """RFC 7009 2.1: … SHOULD also invalidate all access tokens based on the same authorization grant."""
    reply = party.revokes(tokens[kind], token_type_hint=hint)
    assert (reply.status, reply.response.data) == (200, b"")
    assert "Content-Type" not in reply.headers  # some clients take an empty text for an error
    assert party.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    assert party.userinfo(tokens["access_token"]).status == 401


def test_a_token_may_be_given_back_twice(party, tokens):
    """RFC 7009 2.2: invalid tokens do not cause an error response."""
    for _ in range(2):
        assert party.revokes(tokens["refresh_token"]).status == 200


@pytest.mark.parametrize("token", ["unknown", "a.b.c", "é", '"\\', "x" * 9000])
def test_an_unknown_token_is_no_error(party, token):
    """RFC 7009 2.2."""
    assert party.revokes(token).status == 200


@row("OID-11", "OID-14")
@pytest.mark.parametrize("kind", ["refresh_token", "access_token"])
def test_another_client_ends_nothing(party, other, tokens, kind):
    """RFC 7009 2.1: … verifies whether the token was issued to the client making the revocation request."""
    assert other.revokes(tokens[kind]).error == "invalid_grant"
    assert party.refreshes(tokens["refresh_token"]).ok


def test_a_used_refresh_token_still_ends_its_grant(party, tokens):
    successor = party.refreshes(tokens["refresh_token"])["refresh_token"]
    assert party.revokes(tokens["refresh_token"]).status == 200
    assert party.refreshes(successor).error == "invalid_grant"


def test_an_expired_access_token_still_ends_its_grant(party, tokens):
    with clock.travel(timedelta(minutes=11)):
        assert party.revokes(tokens["access_token"]).status == 200
        assert party.refreshes(tokens["refresh_token"]).error == "invalid_grant"


def test_an_id_token_is_nothing_to_give_back(party, tokens):
    assert party.revokes(tokens["id_token"]).status == 200
    assert party.refreshes(tokens["refresh_token"]).ok


@row("OID-15")
def test_the_token_is_required_once_in_the_body(party, tokens):
    assert party.posts("/revoke", {}).error == "invalid_request"
    assert party.posts("/revoke?token=x", {"token": "x"}).error == "invalid_request"
    assert party.app.test_client().get("/revoke", base_url="http://localhost:8000").status_code == 405


@row("OID-14")
def test_what_cannot_be_stored_is_an_error(app, party, tokens):
    """RFC 7009 2.2.1: 503, the client must assume that the token still exists."""
    with app.app_context():
        db.session.execute(db.text("DROP TABLE audit_event"))
        db.session.commit()
    reply = party.revokes(tokens["refresh_token"])
    assert reply.status >= 500
    assert party.userinfo(tokens["access_token"]).ok  # nothing was half done
