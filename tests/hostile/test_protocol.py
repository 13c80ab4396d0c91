"""What programs send, whatever it is: understood, or refused with the one error that is declared."""

import base64
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from authlib.oauth2.rfc6749 import OAuth2Error
from flask import Flask
from hypothesis import strategies as st
from joserfc import jws

from idp import clock
from idp.db import unit_of_work
from idp.errors import UntrustedRequest
from idp.extensions import store
from idp.oidc.authorization import details, policy
from idp.oidc.authorization.request import Parameters, asker_of, pairs_of, question_of
from idp.oidc.clients.authentication import authenticate
from idp.oidc.clients.public_keys import NoKeys, usable
from idp.oidc.errors import Refused
from idp.oidc.kernel import ProtocolRequest, form_of
from idp.oidc.logout import asking
from idp.oidc.models import registered
from keys import jose
from keys.errors import BadToken
from tests.browser import request_of
from tests.builders import Portal
from tests.fuzzing import fuzzed, json_of, json_values, sendable, text
from tests.protocol.described import parameters
from tests.rows import row
from tests.signers import JWKS, KEYS, TYPE, Signer

FORM = "application/x-www-form-urlencoded"
names = st.sampled_from(sorted(parameters("GET", "/authorize") - {"resource"} | {"request", "request_uri"}))
jsons = json_of(sendable).map(json.dumps)
lists = st.fixed_dictionaries(
    {"type": st.just("organization")},
    optional={"identifier": json_of(sendable), "privileges": json_values, "datatypes": json_values},
).map(lambda one: json.dumps([one]))
claims = st.dictionaries(st.sampled_from(["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "x"]), json_values)
headers = st.dictionaries(st.sampled_from(["typ", "kid", "cty", "x5t", "crit", "jwk", "b64"]), json_of(sendable))


@pytest.fixture
def inside(app: Flask, portal: Portal) -> Iterator[Portal]:
    """The portal, with the application around us."""
    with app.app_context(), unit_of_work(writes=False):
        yield portal


@row("INP-3", "OID-15")
@fuzzed(st.binary(max_size=300) | sendable.map(lambda value: quote(value).encode()))
def test_any_query_is_pairs_or_is_not_trusted(query):
    with suppress(UntrustedRequest):
        assert all(isinstance(part, str) for pair in pairs_of(query) for part in pair)


@row("INP-3", "OID-15")
@fuzzed(st.binary(max_size=300) | st.dictionaries(sendable, sendable).map(lambda one: urlencode(one).encode()))
def test_any_body_is_a_form_or_is_refused(body):
    with suppress(Refused):
        form = form_of(FORM, b"", body)
        assert form_of(FORM, b"", urlencode(form).encode()) == form
        assert not any("\0" in part for pair in form.items() for part in pair)


@row("INP-3", "OID-15")
@fuzzed(st.dictionaries(names, sendable | jsons | lists, max_size=5), st.lists(sendable, max_size=3))
def test_any_authorization_request_is_a_question_or_an_error(inside, changes, resources):
    asked = request_of(inside) | changes
    with suppress(OAuth2Error, UntrustedRequest):
        read = Parameters.of([*asked.items(), *(("resource", one) for one in resources)])
        question = question_of(asker_of(read), read)
        assert json.loads(json.dumps(question)) == question


@row("INP-3")
@fuzzed(lists | jsons | sendable, st.none() | sendable, st.none() | sendable)
def test_any_authorization_details_name_an_organization_or_are_refused(inside, asked, organization, hint):
    with suppress(OAuth2Error):
        named = details.named_by(asked, organization, hint)
        assert named.organization is None or len(named.organization) == 1


@row("INP-3")
@fuzzed(jsons | sendable | json_of(sendable).map(lambda value: json.dumps({"id_token": {"acr": value, "sub": value}})))
def test_any_claims_are_wishes_or_are_refused(inside, asked):
    client = registered.find(inside.client_id)
    with suppress(OAuth2Error):
        read = policy.claims_of(asked)
        assert all(isinstance(acr, str) for acr in policy.essential_acr(read))
        policy.account_meant(client, None, read)


@row("INP-3")
@fuzzed(sendable, sendable)
def test_any_sign_out_is_read_and_none_is_believed(inside, hint, address):
    asked = {"id_token_hint": hint, "client_id": inside.client_id, "post_logout_redirect_uri": address, "state": hint}
    read = asking.read({name: value for name, value in asked.items() if value})
    assert (read.hint, read.return_uri) == (None, None)


@row("INP-3", "KEY-1")
@fuzzed(
    text | st.lists(st.binary(max_size=60), min_size=3, max_size=3).map(lambda parts: ".".join(map(_segment, parts)))
)
def test_any_text_is_no_token(token):
    for read in (
        jose.unverified,
        lambda one: jose.verify(one, usable(JWKS), algorithms=["ES256"], typ=None, now=clock.now()),
    ):
        with suppress(BadToken):
            assert len(read(token)) == 2


@row("INP-3", "KEY-1", "OID-7")
@fuzzed(claims, headers)
def test_whatever_a_client_signs_is_taken_or_refused(signer, said, dressed):
    client = registered.find(signer.portal.client_id)
    ours = {"iss": client.client_id, "sub": client.client_id, "aud": "http://localhost:8000", "jti": "a", "iat": 0}
    soon = {"exp": int(clock.now().timestamp()) + 60, "iat": int(clock.now().timestamp())}
    assertion = _signed(ours | soon | said, dressed)
    with suppress(Refused):
        authenticate(ProtocolRequest({}, {"client_assertion": assertion, "client_assertion_type": TYPE}))


@pytest.fixture
def signer(app: Flask) -> Iterator[Signer]:
    """A client that signs, with the application around us."""
    made = Signer.register(app)
    with app.app_context(), unit_of_work():
        store.epoch()
        with clock.travel(timedelta(minutes=5)):
            yield made


@row("INP-3", "OID-15")
@fuzzed(st.text(st.characters(codec="latin-1"), max_size=80) | sendable.map(lambda one: _basic(one.encode())))
def test_any_authorization_header_is_a_client_or_is_refused(inside, header):
    for shown in (header, f"Basic {header}", f"basic  {header}"):
        with pytest.raises(Refused):
            authenticate(ProtocolRequest({"Authorization": shown}, {}))


@row("INP-3")
@fuzzed(
    json_values | st.lists(st.dictionaries(st.sampled_from(sorted(KEYS["ES256"].as_dict())), json_values), max_size=3)
)
def test_any_document_is_keys_or_none(document):
    for jwks in (document, {"keys": document}, {"keys": [JWKS["keys"][0] | {"x": document, "kid": document}]}):
        with suppress(NoKeys):
            assert list(usable(jwks))


def _segment(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _basic(raw: bytes) -> str:
    return "Basic " + base64.b64encode(raw).decode()


def _signed(said: dict[str, Any], dressed: dict[str, Any]) -> str:
    key = KEYS["ES256"]
    begun = ".".join(_segment(json.dumps(part).encode()) for part in ({"alg": "ES256", "kid": key.kid} | dressed, said))
    return f"{begun}.{_segment(jws.JWSRegistry.algorithms['ES256'].sign(begun.encode(), key))}"
