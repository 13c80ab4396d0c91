"""Lines of the official Basic and logout plans that stand in no other file, each with the name of its module."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest

from idp import clock
from tests.browser import ISSUER, Browser, request_of
from tests.builders import CALLBACK, SIGNED_OUT, a_client, a_member
from tests.relying_party import RelyingParty, claims_of

INTERACTION = {"login_required", "interaction_required", "account_selection_required", "consent_required"}
STATE = "s~-._" + "0123456789" * 12 + "xyz"


@pytest.fixture
def basic(app):
    """A client as the plan registers it: confidential, and neither PKCE nor nonce are asked of it."""
    with app.app_context():
        return RelyingParty(app, a_client(require_pkce=False))


@pytest.fixture
def metadata(app):
    return app.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).json


def plain(party, lea, browser, **parameters):
    """Sign in without PKCE, and redeem the code."""
    without = {"code_challenge": None, "code_challenge_method": None}
    return party.redeems(party.code_of(lea, browser, **(without | parameters)), code_verifier=None)


def test_oidcc_server(basic, browser, lea):
    """Core 3.1.2.5, 3.1.3.3 and 3.1.3.7: what was asked comes back, and holds."""
    code = basic.code_of(lea, browser, code_challenge=None, code_challenge_method=None, scope="openid")
    tokens = basic.redeems(code, code_verifier=None)
    assert (tokens.ok, tokens["scope"], tokens["expires_in"]) == (True, "openid", 600)
    assert basic.checks(tokens)["sub"] == basic.userinfo(tokens["access_token"])["sub"]


def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(basic, browser, lea):
    """Core 3.1.2.1: OPTIONAL with the code flow."""
    tokens = plain(basic, lea, browser, nonce=None)
    assert "nonce" not in basic.checks(tokens, nonce=None)


def test_oidcc_server_client_secret_post(app, browser, lea):
    """Core 9."""
    with app.app_context():
        party = RelyingParty(app, a_client(require_pkce=False, token_endpoint_auth_method="client_secret_post"))
    known = {"client_id": party.portal.client_id, "client_secret": party.portal.secret}
    code = party.code_of(lea, browser, code_challenge=None, code_challenge_method=None)
    values = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    assert party.posts("/token", values | known, auth=None).ok


def test_oidcc_alternate_happy_flow(basic, browser, lea):
    """RFC 6749 3.3: the order of scope values and of parameters says nothing."""
    asked = request_of(basic.portal, scope="phone email profile openid")
    browser.get(f"/authorize?{urlencode(dict(reversed(asked.items())))}")
    answer = browser.submit(email=lea.email, password=lea.password).answer
    assert answer["state"] == asked["state"]
    assert basic.redeems(answer["code"]).ok


@pytest.mark.parametrize("scope", ["profile", "email", "phone", "profile email phone"])
def test_oidcc_scope(app, basic, browser, metadata, scope):
    """Core 5.4: all claims of the scope at userinfo, and none of them in the ID token."""
    with app.app_context():
        lea = a_member(mobile="+33612345678")
    tokens = plain(basic, lea, browser, scope=f"openid {scope}")
    told = set(basic.userinfo(tokens["access_token"]).body) - {"sub"}
    assert told <= set(metadata["claims_supported"])
    assert told.isdisjoint(claims_of(tokens["id_token"]))
    assert ("name" in told, "email" in told, "phone_number" in told) == tuple(
        one in scope for one in ("profile", "email", "phone")
    )


@pytest.mark.parametrize("display", ["page", "popup"])
def test_oidcc_display(basic, browser, lea, display):
    """Core 3.1.2.1."""
    assert plain(basic, lea, browser, display=display).ok


def test_oidcc_prompt_login(basic, browser, lea):
    """Core 3.1.2.1: the person is asked again, and `auth_time` says so."""
    former = claims_of(plain(basic, lea, browser)["id_token"])
    with clock.travel(timedelta(seconds=2)):
        later = claims_of(plain(basic, lea, browser, prompt="login")["id_token"])
    assert later["auth_time"] > former["auth_time"]
    assert later["sub"] == former["sub"]


def test_oidcc_prompt_none_not_logged_in(basic, browser):
    """Core 3.1.2.6: no page, and the state comes back whole."""
    answer = browser.asks(basic.portal, prompt="none", state=STATE).answer
    assert (answer["error"] in INTERACTION, answer["state"]) == (True, STATE)


def test_oidcc_prompt_none_logged_in(basic, browser, lea):
    """Core 3.1.2.1: the same sign-in is told, silently."""
    former = claims_of(plain(basic, lea, browser)["id_token"])
    again = claims_of(plain(basic, lea, browser, prompt="none")["id_token"])
    assert (again["sub"], again["auth_time"]) == (former["sub"], former["auth_time"])


def test_oidcc_prompt_none_logged_in_remembers_what_a_third_party_was_allowed(app, browser, lea):
    """Core 3.1.2.4: consent for the same client, organization and scopes is not asked twice."""
    with app.app_context():
        firm = a_client(first_party=False)
    browser.signs_in(lea, firm)
    assert "code" in browser.submit(choice="allow").answer
    assert "code" in browser.asks(firm, prompt="none").answer


def test_oidcc_max_age_1(basic, browser, lea):
    """Core 3.1.2.1."""
    former = claims_of(plain(basic, lea, browser)["id_token"])
    with clock.travel(timedelta(seconds=2)):
        assert "password" in browser.asks(basic.portal, max_age="1").fields()
        later = claims_of(plain(basic, lea, browser, max_age="1")["id_token"])
        assert former["auth_time"] < later["auth_time"] <= clock.now().timestamp()


def test_oidcc_max_age_10000(basic, browser, lea):
    """Core 3.1.2.1."""
    former = claims_of(plain(basic, lea, browser, max_age="15000")["id_token"])
    with clock.travel(timedelta(seconds=2)):
        later = claims_of(plain(basic, lea, browser, max_age="10000", prompt="none")["id_token"])
    assert later["auth_time"] == former["auth_time"]


def test_oidcc_id_token_hint(basic, browser, lea):
    """Core 3.1.2.1."""
    hint = plain(basic, lea, browser)["id_token"]
    again = plain(basic, lea, browser, prompt="none", id_token_hint=hint)
    assert claims_of(again["id_token"])["sub"] == claims_of(hint)["sub"]


@pytest.mark.parametrize(
    "parameter",
    [{"login_hint": "buffy@localhost"}, {"ui_locales": "se"}, {"claims_locales": "se"}, {"extra": "foobar"}],
    ids=lambda one: next(iter(one)),
)
def test_oidcc_hints_and_unknown_parameters(basic, browser, lea, parameter):
    """Core 3.1.2.1: oidcc-login-hint, -ui-locales, -claims-locales, -ensure-request-with-unknown-parameter-succeeds."""
    assert plain(basic, lea, browser, **parameter).ok


def test_oidcc_ensure_request_with_acr_values_succeeds(basic, browser, lea, metadata):
    """Core 3.1.2.1: what is answered is one of those we name."""
    tokens = plain(basic, lea, browser, acr_values=" ".join(metadata["acr_values_supported"]))
    assert claims_of(tokens["id_token"])["acr"] in metadata["acr_values_supported"]


def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(basic, browser, metadata):
    """Core 6.1: refused, and the metadata said so."""
    answer = browser.asks(basic.portal, request="eyJhbGciOiJub25lIn0.eyJzdGF0ZSI6Imluc2lkZSJ9.", state=None).answer
    assert (answer["error"], metadata["request_parameter_supported"]) == ("request_not_supported", False)


def test_oidcc_ensure_request_object_with_redirect_uri(basic, browser):
    """Core 6.1: with an unregistered address outside, nothing is sent anywhere."""
    page = browser.asks(basic.portal, redirect_uri=f"{CALLBACK}/other", request="eyJhbGciOiJub25lIn0.e30.")
    assert (page.status, page.location) == (400, None)


@pytest.mark.parametrize("narrowed", [None, "openid profile"])
def test_oidcc_refresh_token(basic, browser, lea, narrowed):
    """Core 12.2: the same sign-in in a new ID token."""
    tokens = plain(basic, lea, browser, scope="openid profile")
    former = basic.checks(tokens)
    with clock.travel(timedelta(seconds=2)):
        again = basic.refreshes(tokens["refresh_token"], scope=narrowed)
        later = claims_of(again["id_token"])
    same = ("iss", "sub", "aud", "azp", "auth_time")
    assert {name: later[name] for name in same} == {name: former[name] for name in same}
    assert later["iat"] != former["iat"]
    assert (again.headers["Cache-Control"], again["token_type"]) == ("no-store", "Bearer")


def test_oidcc_refresh_token_of_another_client(app, basic, other, browser, lea):
    """RFC 6749 5.2."""
    tokens = plain(basic, lea, browser)
    refused = other.refreshes(tokens["refresh_token"])
    assert (refused.status, refused.error) == (400, "invalid_grant")


def test_oidcc_discovery_endpoint_verification(metadata):
    """Discovery 3: what the plan looks for, in the types it looks for."""
    lists = {name for name in metadata if name.endswith("_supported") and not isinstance(metadata[name], bool)}
    assert all(isinstance(metadata[name], list) and metadata[name] for name in lists)
    assert {"code"} <= set(metadata["response_types_supported"])
    assert {"authorization_code"} <= set(metadata["grant_types_supported"])
    assert {"RS256"} <= set(metadata["id_token_signing_alg_values_supported"])
    assert {"openid"} <= set(metadata["scopes_supported"])
    assert "none" not in metadata["id_token_signing_alg_values_supported"]
    addresses = {name for name in metadata if name.endswith(("_endpoint", "_uri"))}
    assert all(metadata[name].startswith(f"{ISSUER}/") for name in addresses)


def test_oidcc_rp_initiated_logout(app, basic, browser, lea):
    """RP-Initiated Logout 1.0, 2: nobody is signed in afterwards."""
    hint, state = plain(basic, lea, browser)["id_token"], "#&=+ %é/?"
    left = {"id_token_hint": hint, "post_logout_redirect_uri": SIGNED_OUT, "state": state}
    assert browser.get(f"/end_session?{urlencode(left)}").answer == {"state": state}
    assert browser.asks(basic.portal, prompt="none").answer["error"] in INTERACTION
    assert Browser(app).asks(basic.portal, prompt="none").answer["error"] in INTERACTION
