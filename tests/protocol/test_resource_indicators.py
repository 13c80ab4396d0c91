"""Resource indicators (RFC 8707)."""

from urllib.parse import quote, urlencode

import pytest

from idp import clock
from idp.db import unit_of_work
from idp.oidc.models.client import Client
from idp.oidc.models.resource import Resource
from tests.browser import ISSUER, request_of
from tests.builders import a_client, a_member, an_api
from tests.relying_party import RelyingParty, claims_of, header_of
from tests.rows import row

SCOPES = ("openid", "profile", "organization", "offline_access", "invoices:read")
SCOPE = " ".join(SCOPES)


@pytest.fixture
def api(app):
    with app.app_context():
        return an_api()


@pytest.fixture
def second(app):
    with app.app_context():
        return an_api(scopes={"other:read": "Autre chose"}, access_token_signing_alg="RS256")


@pytest.fixture
def party(app, api, second):
    """A portal that may call both."""
    with app.app_context():
        return RelyingParty(app, a_client(resources=(api, second), scopes=(*SCOPES, "other:read")))


def code_for(party, member, browser, *resources, scope=SCOPE):
    """A code of a request that names so many resources."""
    browser.signs_in(member, party.portal, scope="openid")
    query = urlencode(request_of(party.portal, scope=scope)) + "".join(f"&resource={quote(one)}" for one in resources)
    return browser.get(f"/authorize?{query}").answer["code"]


@row("OID-12")
def test_a_token_is_for_the_resource_that_was_asked_for(party, lea, api):
    """RFC 8707 2.2: … the audience of the issued access token; RFC 9068 3."""
    tokens = party.tokens_of(lea, scope=SCOPE, resource=api)
    claims = claims_of(tokens["access_token"])
    assert (claims["aud"], claims["scope"]) == (api, "organization invoices:read")
    assert header_of(tokens["access_token"])["typ"] == "at+jwt"
    assert tokens["scope"] == claims["scope"]
    assert tokens["authorization_details"] == claims["authorization_details"]
    assert party.checks(tokens)["aud"] == party.portal.client_id  # the ID token does not depend on it


@row("OID-12")
def test_without_a_resource_a_token_is_for_the_issuer_and_holds_nothing_of_an_api(party, lea):
    tokens = party.tokens_of(lea, scope=SCOPE)
    claims = claims_of(tokens["access_token"])
    assert claims["aud"] == ISSUER
    assert "invoices:read" not in claims["scope"]
    assert party.userinfo(tokens["access_token"]).ok


@row("OID-12")
def test_a_token_for_an_api_opens_no_userinfo(party, lea, api):
    """The token of another audience."""
    reply = party.userinfo(party.tokens_of(lea, scope=SCOPE, resource=api)["access_token"])
    assert (reply.status, reply.error) == (401, "invalid_token")


def test_each_api_has_its_algorithm(party, lea, second):
    tokens = party.tokens_of(lea, scope="openid other:read", resource=second)
    assert header_of(tokens["access_token"])["alg"] == "RS256"
    assert "authorization_details" not in tokens.body  # this API does not list the scope `organization`


def test_several_are_granted_at_once_and_one_is_named_for_each_token(party, lea, browser, api, second):
    """RFC 8707 2.2: … a subset of the resources granted; ours: one token, one audience."""
    tokens = party.redeems(
        code_for(party, lea, browser, ISSUER, api, second, scope=f"{SCOPE} other:read"), resource=api
    )
    scopes = {api: {"organization", "invoices:read"}, second: {"other:read"}, ISSUER: set(SCOPES) - {"invoices:read"}}
    assert claims_of(tokens["access_token"])["aud"] == api
    for name, opened in scopes.items():
        tokens = party.refreshes(tokens["refresh_token"], resource=name)
        claims = claims_of(tokens["access_token"])
        assert (claims["aud"], set(claims["scope"].split())) == (name, opened)
    assert party.userinfo(tokens["access_token"]).ok


def test_where_several_were_granted_one_must_be_named(party, lea, browser, api):
    tokens = party.redeems(code_for(party, lea, browser, ISSUER, api), resource=ISSUER)
    assert party.refreshes(tokens["refresh_token"]).error == "invalid_target"
    assert party.refreshes(tokens["refresh_token"], resource=api).ok  # nothing was used


@row("OID-12")
def test_a_token_endpoint_gives_nothing_that_was_not_granted(party, lea, api, second):
    """RFC 8707 2.2: … MUST NOT issue a token for a resource that was not granted."""
    tokens = party.tokens_of(lea, scope=SCOPE, resource=api)
    for name in (second, ISSUER, "https://unheard-of.example.org", "x", "é"):
        assert party.refreshes(tokens["refresh_token"], resource=name).error == "invalid_target"
    assert party.refreshes(tokens["refresh_token"]).ok
    assert party.redeems(party.code_of(lea), resource=api).error == "invalid_target"


@pytest.mark.parametrize(
    "name", ["https://unheard-of.example.org", "{api}#part", "{api}/", "x", "é", '"\\', "javascript:alert(1)"]
)
def test_what_we_do_not_know_is_an_invalid_target(party, browser, api, name):
    """RFC 8707 2: invalid_target … missing, unknown, malformed, or not allowed."""
    answer = browser.asks(party.portal, resource=name.format(api=api)).answer
    assert answer["error"] == "invalid_target"
    assert answer["state"]


@row("OID-12")
def test_an_api_that_is_not_for_this_client_looks_like_one_that_is_not_there(app, browser):
    with app.app_context():
        portal, foreign = a_client(), an_api()
    known, unknown = (browser.asks(portal, resource=name).answer for name in (foreign, f"{foreign}/not-there"))
    assert known["error"] == "invalid_target"
    assert known == unknown


def test_a_token_for_two_at_once_is_refused(party, lea, browser, api):
    reply = party.posts("/token", {"grant_type": "refresh_token", "refresh_token": "x", "resource": [api, ISSUER]})
    assert (reply.status, reply.error) == (400, "invalid_target")
    twice = party.posts("/token", {"grant_type": "refresh_token", "refresh_token": ["x", "y"], "resource": [api, api]})
    assert twice.error == "invalid_request"


@row("OID-13")
@pytest.mark.parametrize("lost", ["by the client", "altogether"])
def test_an_api_that_is_lost_gives_no_more_tokens(app, party, lea, api, lost):
    tokens = party.tokens_of(lea, scope=SCOPE, resource=api)
    with app.app_context(), unit_of_work():
        if lost == "altogether":
            Resource.by_identifier(api).disabled_at = clock.now()
        else:
            Client.by_client_id(party.portal.client_id).resources = []
    assert party.refreshes(tokens["refresh_token"]).error == "invalid_target"


@row("OID-13")
def test_a_scope_that_the_client_lost_leaves_its_tokens_at_the_next_refresh(app, party, lea, api):
    tokens = party.tokens_of(lea, scope=SCOPE, resource=api)
    with app.app_context(), unit_of_work():
        Client.by_client_id(party.portal.client_id).scopes = ["openid", "organization"]
    after = party.refreshes(tokens["refresh_token"])
    assert claims_of(after["access_token"])["scope"] == after["scope"] == "organization"


def test_an_api_learns_for_whom_a_colleague_acts(app, party, api):
    """RFC 9396 9.1."""
    with app.app_context():
        colleague = a_member(holder=False)
    (details,) = claims_of(party.tokens_of(colleague, scope=SCOPE, resource=api)["access_token"])[
        "authorization_details"
    ]
    assert details["identifier"] == str(colleague.organization_id)
    assert details["privileges"] == ["documents:read"]
