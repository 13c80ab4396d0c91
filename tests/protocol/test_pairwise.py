"""Pairwise subjects and the algorithms of each client (OpenID Connect Core 8 and 8.1; Dynamic Registration 1.0, 2)."""

from datetime import timedelta

import pytest
from joserfc import jwt

from idp import clock, extensions
from idp.db import unit_of_work
from idp.oidc.clients.metadata import SIGNING_ALGS
from idp.oidc.models.client import Client
from tests.builders import a_client, an_api
from tests.relying_party import RelyingParty, claims_of, header_of
from tests.rows import row

A, B = "https://a.example.org/callback", "https://b.example.org/callback"
SECTOR = "https://sector.example.org/uris.json"


def a_pairwise(app, *uris, **changes):
    with app.app_context():
        return RelyingParty(app, a_client(subject_type="pairwise", redirect_uris=uris, **changes))


def sub_of(party, member, browser=None, **parameters):
    return party.checks(party.tokens_of(member, browser, **parameters))["sub"]


@row("OID-19")
def test_clients_of_one_sector_know_a_person_by_the_same_sub_and_others_by_another(app, lea):
    """Core 8.1: … the same Sector Identifier results in the same sub; different ones MUST differ."""
    shared = [a_pairwise(app, A, B, sector_identifier_uri=SECTOR), a_pairwise(app, B, sector_identifier_uri=SECTOR)]
    alone = a_pairwise(app, A)
    subs = [sub_of(party, lea) for party in (*shared, alone)]
    assert subs[0] == subs[1] != subs[2]


@row("OID-19")
def test_the_same_sub_is_told_everywhere(app, lea):
    """ID token, userinfo, access token, introspection, and after a refresh (Core 12.2)."""
    party = a_pairwise(app, A)
    tokens = party.tokens_of(lea)
    sub = party.checks(tokens)["sub"]
    again = party.refreshes(tokens["refresh_token"])
    assert party.userinfo(tokens["access_token"])["sub"] == sub
    assert claims_of(tokens["access_token"])["sub"] == sub
    assert party.introspects(again["access_token"])["sub"] == party.introspects(again["refresh_token"])["sub"] == sub
    assert party.checks(again, nonce=None)["sub"] == sub


@row("OID-19")
def test_the_sub_stays_when_keys_turn_and_addresses_move(app, lea, browser):
    party = a_pairwise(app, A)
    first = sub_of(party, lea, browser)
    with app.app_context(), unit_of_work():
        client = Client.by_client_id(party.portal.client_id)
        client.redirect_uris = [A, B, "https://moved.example.org/callback"]
        for alg in SIGNING_ALGS:
            extensions.ring.rotate(alg, clock.now())
    with clock.travel(timedelta(hours=3)):
        assert sub_of(party, lea) == first


@pytest.mark.parametrize("id_token", SIGNING_ALGS)
@pytest.mark.parametrize("userinfo", [None, *SIGNING_ALGS])
@pytest.mark.parametrize("access_token", SIGNING_ALGS)
def test_each_client_gets_the_algorithms_it_registered(app, lea, id_token, userinfo, access_token):
    """Dynamic Registration 2: id_token_signed_response_alg, userinfo_signed_response_alg; no other verifies them."""
    algs = {"id_token_signed_response_alg": id_token, "userinfo_signed_response_alg": userinfo}
    with app.app_context():
        party = RelyingParty(app, a_client(**algs, access_token_signing_alg=access_token))
    tokens = party.tokens_of(lea)
    assert party.checks(tokens)["sub"]  # at_hash is of the hash that the algorithm uses
    assert header_of(tokens["id_token"])["alg"] == id_token
    assert header_of(tokens["access_token"])["alg"] == access_token
    told = party.userinfo(tokens["access_token"])
    if userinfo is None:
        assert told["sub"]
    else:
        signed = jwt.decode(told.response.get_data(as_text=True), party.published(), algorithms=[userinfo])
        assert signed.header["alg"] == userinfo


def test_a_change_of_algorithm_holds_from_the_next_token(app, lea):
    with app.app_context():
        api = an_api()
        party = RelyingParty(app, a_client(resources=(api,), scopes=("openid", "invoices:read")))
    tokens = party.tokens_of(lea, scope="openid invoices:read", resource=api)
    with app.app_context(), unit_of_work():
        Client.by_client_id(party.portal.client_id).id_token_signed_response_alg = "ES256"
    after = party.refreshes(tokens["refresh_token"])
    assert header_of(after["id_token"])["alg"] == "ES256"
    assert party.checks(after, nonce=None)
    assert party.introspects(tokens["access_token"])["active"]  # what was signed before is as good as it was
