"""Client authentication (RFC 6749 2.3, OpenID Connect Core 9): the registered method, and one in a request."""

import base64
from datetime import timedelta

import pytest

from idp import clock
from idp.db import unit_of_work
from idp.oidc.clients import registration
from idp.oidc.models.client import Client
from keys import opaque
from tests.browser import ISSUER
from tests.builders import a_client
from tests.relying_party import Reply
from tests.rows import row

ASKED = {"grant_type": "refresh_token", "refresh_token": "unknown"}
ODD_SECRET = "s3cret+/= %&~é"


def asks(app, data=None, authorization=None):
    """A token request that gets as far as `invalid_grant` once the client is known."""
    headers = {"Authorization": authorization} if authorization is not None else {}
    return Reply(app.test_client().post("/token", data=ASKED | (data or {}), headers=headers, base_url=ISSUER))


def basic(client_id, secret):
    return "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()


@pytest.fixture
def parties(app):
    """One client of each method."""
    with app.app_context():
        return {
            method: a_client(token_endpoint_auth_method=method)
            for method in ("client_secret_basic", "client_secret_post", "none")
        }


def credentials(portal, method):
    """What a request of that method carries."""
    if method == "client_secret_basic":
        return {"authorization": basic(portal.client_id, portal.secret or "none")}
    named = {"client_id": portal.client_id}
    return {"data": named | ({"client_secret": portal.secret or "none"} if method == "client_secret_post" else {})}


@pytest.mark.parametrize("used", ["client_secret_basic", "client_secret_post", "none"])
@pytest.mark.parametrize("registered", ["client_secret_basic", "client_secret_post", "none"])
def test_a_client_authenticates_by_its_registered_method_alone(app, parties, registered, used):
    reply = asks(app, **credentials(parties[registered], used))
    assert (reply.status, reply.error) == ((400, "invalid_grant") if used == registered else (401, "invalid_client"))


def test_every_failure_is_told_alike(app, parties):
    """RFC 6749 5.2. An unknown client, a wrong secret, a wrong method, a disabled client: nothing tells them apart."""
    confidential, public = parties["client_secret_basic"], parties["none"]
    with app.app_context(), unit_of_work():
        gone = a_client()
        registration.disable(Client.by_client_id(gone.client_id))
    replies = [
        asks(app),
        asks(app, authorization=basic("nobody", "x")),
        asks(app, authorization=basic(confidential.client_id, "wrong")),
        asks(app, authorization=basic(confidential.client_id, "")),
        asks(app, authorization=basic(public.client_id, "x")),
        asks(app, authorization=basic(gone.client_id, gone.secret)),
        asks(app, {"client_id": confidential.client_id}),
        asks(app, {"client_id": "nobody"}),
        asks(app, {"client_id": confidential.client_id, "client_assertion": "x.y.z"}),
    ]
    told = {(reply.status, reply.headers["WWW-Authenticate"], str(reply.body)) for reply in replies}
    assert len(told) == 1
    status, challenge, body = told.pop()
    assert (status, challenge) == (401, f'Basic realm="{ISSUER}"')  # RFC 9110 15.5.2
    assert "invalid_client" in body


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic é".encode().decode("latin-1"),
        "Basic " + base64.b64encode(b"no colon").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Basic " + base64.b64encode(b"%ff:x").decode(),
        "Basic " + base64.b64encode(b"a\0b:c").decode(),
        "Basic " + base64.b64encode(b":").decode(),
        "Basic " + "A" * 4000,
        "Bearer abc",
        "Digest username=x",
        "x",
        "",
    ],
)
def test_a_header_that_makes_no_sense_is_a_failed_authentication(app, header):
    assert asks(app, authorization=header).error == "invalid_client"


def test_identifier_and_secret_are_form_encoded_before_base64(app, parties):
    """RFC 6749 2.3.1: encoded using the application/x-www-form-urlencoded algorithm, so that + is a space."""
    portal = parties["client_secret_basic"]
    with app.app_context(), unit_of_work():
        row = Client.by_client_id(portal.client_id)
        row.secret_digest = opaque.digest(ODD_SECRET)
    encoded = "s3cret%2B%2F%3D+%25%26%7E%C3%A9"
    assert asks(app, authorization=basic(portal.client_id, encoded)).error == "invalid_grant"
    assert asks(app, authorization=basic(portal.client_id, ODD_SECRET)).error == "invalid_client"


def test_more_than_one_method_is_refused(app, parties):
    """RFC 6749 2.3: the client MUST NOT use more than one authentication method in each request."""
    portal = parties["client_secret_basic"]
    header = basic(portal.client_id, portal.secret)
    assert asks(app, {"client_secret": portal.secret}, header).error == "invalid_request"


def test_a_client_id_beside_the_header_must_be_the_same(app, parties):
    portal = parties["client_secret_basic"]
    header = basic(portal.client_id, portal.secret)
    assert asks(app, {"client_id": portal.client_id}, header).error == "invalid_grant"
    assert asks(app, {"client_id": parties["none"].client_id}, header).error == "invalid_client"


@row("OID-8")
def test_both_secrets_are_good_while_they_turn(app, parties):
    """… for as long as it was said, and no longer."""
    portal = parties["client_secret_basic"]
    with app.app_context(), unit_of_work():
        renewed = registration.rotate_secret(Client.by_client_id(portal.client_id), timedelta(hours=1))
    for secret in (portal.secret, renewed.secret):
        assert asks(app, authorization=basic(portal.client_id, secret)).error == "invalid_grant"
    with clock.travel(timedelta(hours=1)):
        assert asks(app, authorization=basic(portal.client_id, portal.secret)).error == "invalid_client"
        assert asks(app, authorization=basic(portal.client_id, renewed.secret)).error == "invalid_grant"


@row("OID-8")
def test_a_secret_has_256_bits_and_is_kept_as_a_digest(app, parties):
    portal = parties["client_secret_post"]
    with app.app_context():
        client = Client.by_client_id(portal.client_id)
        kept = {str(value) for value in vars(client).values()}
    assert len(base64.urlsafe_b64decode(portal.secret + "=")) == 32
    assert client.secret_digest == opaque.digest(portal.secret)
    assert not any(portal.secret in value for value in kept)


def test_the_scheme_is_read_in_any_case(app, parties):
    """RFC 9110 11.1."""
    portal = parties["client_secret_basic"]
    header = basic(portal.client_id, portal.secret).replace("Basic", "bASIC")
    assert asks(app, authorization=header).error == "invalid_grant"


def test_revocation_asks_for_the_same(app, parties):
    """RFC 7009 2.1."""
    for method, portal in parties.items():
        sent = credentials(portal, method)
        headers = {"Authorization": sent["authorization"]} if "authorization" in sent else {}
        data = {"token": "unknown"} | sent.get("data", {})
        assert app.test_client().post("/revoke", data=data, headers=headers, base_url=ISSUER).status_code == 200
    confidential = parties["client_secret_basic"].client_id
    assert app.test_client().post("/revoke", data={"token": "x"}, base_url=ISSUER).status_code == 401
    data = {"token": "x", "client_id": confidential}
    assert app.test_client().post("/revoke", data=data, base_url=ISSUER).status_code == 401
