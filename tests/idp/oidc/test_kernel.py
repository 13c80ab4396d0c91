"""Authlib's server on plain values: what is read, what is answered, and what Authlib must never do again."""

import logging

import authlib.oauth2.base
import pytest
from authlib.oauth2.rfc6749 import errors as theirs

from idp.oidc import errors, server
from idp.oidc.errors import Refused
from idp.oidc.kernel import ProtocolRequest, form_of
from tests.rows import row

FORM = "application/x-www-form-urlencoded"


def test_a_form_is_read_with_plus_for_a_space_and_empty_parameters_left_out():
    """RFC 6749 3.2: parameters sent without a value MUST be treated as if they were omitted."""
    assert form_of(FORM, b"", b"scope=a+b%2Bc&code=&state=%C3%A9") == {"scope": "a b+c", "state": "é"}
    assert form_of("Application/X-WWW-Form-Urlencoded ; charset=utf-8", b"", b"") == {}


@row("OID-15")
@pytest.mark.parametrize(
    ("content_type", "query", "body"),
    [
        ("", b"", b"a=b"),
        ("application/json", b"", b"a=b"),
        (FORM, b"a=b", b""),
        (FORM, b"", b"a=b&a="),
        (FORM, b"", b"a=%00"),
        (FORM, b"", b"%00=a"),
        (FORM, b"", b"a=%ff"),
        (FORM, b"", b"\xff"),
        (FORM, b"", b"&".join(b"%d=" % n for n in range(101))),
    ],
)
def test_anything_else_is_malformed(content_type, query, body):
    with pytest.raises(Refused) as refused:
        form_of(content_type, query, body)
    assert refused.value.error == "invalid_request"


def test_a_request_is_made_of_plain_values_and_needs_no_address(app):
    """Authlib's own would refuse http behind a proxy that speaks it."""
    request = ProtocolRequest({}, {"grant_type": "x", "scope": "a"})
    assert (request.form["grant_type"], request.payload.scope, request.client) == ("x", "a", None)


def test_a_grant_type_is_required_and_an_unknown_one_unsupported(app):
    with app.app_context():
        assert server.server.token(ProtocolRequest({}, {})).body["error"] == "invalid_request"
        answer = server.server.token(ProtocolRequest({}, {"grant_type": 'a"é\\'}))
    assert (answer.status, answer.body["error"]) == (400, "unsupported_grant_type")


@row("OID-15")
def test_authlib_accepts_any_words_since_none_of_them_is_sent(app):
    """The patch stands: without it, a description with a quote is a ValueError, and a crash."""
    hostile = 'a"é\\\r\n'
    assert authlib.oauth2.base.invalid_error_characters(hostile) == []
    theirs.InvalidRequestError(hostile)
    status, code, description = errors.described(theirs.InvalidRequestError(f"Redirect URI {hostile} is not supported"))
    assert (status, code, description) == (400, "invalid_request", errors.ERRORS["invalid_request"][1])


def test_every_description_of_the_table_may_be_sent(app):
    for code, (status, meaning) in errors.ERRORS.items():
        assert 400 <= status <= 503
        assert all(0x20 <= ord(char) <= 0x7E and char not in '"\\' for char in meaning), code
    assert errors.described(Refused("invalid_scope", 'a "quoted" word'))[2] == "a ?quoted? word"


@pytest.mark.parametrize("error", [theirs.InsecureTransportError(), theirs.MissingAuthorizationError()])
def test_an_error_that_is_not_of_the_table_is_a_malformed_request(error):
    assert errors.described(error)[:2] == (400, "invalid_request")


def test_a_refused_client_is_told_the_scheme(app):
    """RFC 6749 5.2, RFC 9110 15.5.2."""
    with app.app_context():
        answer = server.server.handle_error_response(None, Refused("invalid_client"))
    assert (answer.status, dict(answer.headers)) == (401, {"WWW-Authenticate": 'Basic realm="http://localhost:8000"'})


def test_authlib_logs_no_token():
    """Its debug lines hold them."""
    assert not logging.getLogger("authlib.oauth2.rfc6749.grants.authorization_code").isEnabledFor(logging.DEBUG)
