"""Authlib's client, over https with a private authority (OpenID Connect Core 3.1, 5.3, 12; RP-Initiated Logout 2)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask
from joserfc import jwt
from joserfc.jwk import KeySet

from tests.browser import CHALLENGE, VERIFIER
from tests.builders import SIGNED_OUT, Portal
from tests.protocol.clients.conftest import Person, Secure


def of(provider: Secure, portal: Portal) -> Iterator[OAuth2Session]:
    """The program of a portal, which knows the issuer, its secret, and whom to trust."""
    made = OAuth2Session(
        portal.client_id,
        portal.secret,
        scope="openid profile",
        redirect_uri=portal.redirect_uri,
        code_challenge_method="S256",
    )
    made.verify, made.trust_env = str(provider.papers.authority), False
    described = made.get(f"{provider.issuer}/.well-known/openid-configuration", withhold_token=True).json()
    made.metadata.update(described)
    yield made
    made.close()


@pytest.fixture
def client(provider: Secure) -> Iterator[OAuth2Session]:
    """The portal."""
    yield from of(provider, provider.portal)


@pytest.fixture
def partner(provider: Secure) -> Iterator[OAuth2Session]:
    """A third party, which asks for consent."""
    yield from of(provider, provider.firm)


def asks(client: OAuth2Session, **asked: str) -> str:
    """The address at the provider to which the person is sent."""
    url, _ = client.create_authorization_url(
        client.metadata["authorization_endpoint"], code_verifier=VERIFIER, state="state", nonce="nonce", **asked
    )
    assert f"code_challenge={CHALLENGE}" in url
    return str(url)


def leaves(client: OAuth2Session, person: Person, **asked: str) -> str:
    """Send the person to the provider; the address with the answer."""
    return person.goes(asks(client, **asked))


def tokens(client: OAuth2Session, answer: str) -> dict[str, Any]:
    """Redeem the code of an answer."""
    endpoint = client.metadata["token_endpoint"]
    return dict(client.fetch_token(endpoint, authorization_response=answer, code_verifier=VERIFIER, state="state"))


def claims(client: OAuth2Session, id_token: str) -> dict[str, Any]:
    """What an ID token says, by the published keys."""
    published = client.get(client.metadata["jwks_uri"], withhold_token=True).json()
    return jwt.decode(id_token, KeySet.import_key_set(published)).claims


def test_it_signs_in_refreshes_and_asks_who_it_is(client, person, provider):
    told = tokens(client, leaves(client, person))
    known = claims(client, told["id_token"])
    assert (known["iss"], known["nonce"]) == (provider.issuer, "nonce")
    assert client.get(client.metadata["userinfo_endpoint"]).json()["sub"] == known["sub"]
    again = client.refresh_token(client.metadata["token_endpoint"])
    assert again["refresh_token"] != told["refresh_token"]
    assert client.get(client.metadata["userinfo_endpoint"]).json()["sub"] == known["sub"]


def test_it_signs_out_and_nobody_is_there_any_more(client, person):
    told = tokens(client, leaves(client, person))
    left = {"id_token_hint": told["id_token"], "post_logout_redirect_uri": SIGNED_OUT, "state": "bye"}
    assert person.goes(f"{client.metadata['end_session_endpoint']}?{urlencode(left)}") == f"{SIGNED_OUT}?state=bye"
    answer = parse_qs(urlsplit(leaves(client, person, prompt="none")).query)
    assert answer["error"] == ["login_required"]
    with pytest.raises(OAuthError) as refused:
        client.refresh_token(client.metadata["token_endpoint"], refresh_token=told["refresh_token"])
    assert refused.value.error == "invalid_grant"


def test_it_is_told_that_a_sign_in_is_required(client, person):
    answer = parse_qs(urlsplit(leaves(client, person, prompt="none")).query)
    assert (answer["error"], answer["state"]) == (["login_required"], ["state"])


def test_it_understands_that_a_code_was_used(client, person):
    answer = leaves(client, person)
    tokens(client, answer)
    with pytest.raises(OAuthError) as refused:
        tokens(client, answer)
    assert refused.value.error == "invalid_grant"


def test_it_understands_that_the_person_refused(client, partner, person):
    """RFC 6749 4.1.2.1: it is the library's part for Flask that reads an answer with an error."""
    leaves(client, person)
    answer, site = person.refuses(asks(partner)), Flask("partner")
    reader = OAuth(site).register("provider", client_id=partner.client_id)
    with site.test_request_context(answer), pytest.raises(OAuthError) as refused:
        reader.authorize_access_token()
    assert refused.value.error == "access_denied"


def test_whoever_does_not_know_the_authority_does_not_talk_to_it(provider):
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{provider.issuer}/livez", trust_env=False)
