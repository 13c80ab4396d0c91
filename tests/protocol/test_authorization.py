"""The authorization endpoint (OpenID Connect Core 3.1.2, RFC 6749 4.1, RFC 9207)."""

from urllib.parse import urlencode, urlsplit

import pytest

from idp.db import unit_of_work
from idp.oidc.clients.registration import disable
from idp.oidc.models.client import Client
from tests.browser import ISSUER, request_of
from tests.builders import CALLBACK, a_client
from tests.rows import row


def test_a_person_who_signs_in_is_sent_back_with_a_code(browser, portal, lea):
    page = browser.signs_in(lea, portal)
    assert page.status == 303
    assert page.location.startswith(f"{CALLBACK}?")
    assert set(page.answer) == {"code", "state", "iss"}


@row("OID-6")
def test_every_answer_names_its_issuer(browser, portal, lea):
    """RFC 9207, section 2: in errors as in successes."""
    assert browser.asks(portal, prompt="none").answer["iss"] == ISSUER
    assert browser.signs_in(lea, portal).answer["iss"] == ISSUER


def test_the_state_comes_back_byte_for_byte(browser, portal, lea):
    """RFC 6749 4.1.2: the exact value received from the client."""
    state = "".join(map(chr, range(0x21, 0x7F))) + "é ü+%20"
    assert browser.signs_in(lea, portal, state=state).answer["state"] == state
    assert browser.asks(portal, state=state, prompt="login none").answer["state"] == state


def test_no_state_is_invented(browser, portal, lea):
    """RFC 6749 4.1.2: … if the "state" parameter was present."""
    assert set(browser.signs_in(lea, portal, state=None).answer) == {"code", "iss"}


def test_a_redirect_uri_keeps_its_own_query(app, browser, lea):
    with app.app_context():
        portal = a_client(redirect_uris=("https://portal.example.org/callback?bar=foo",))
    assert browser.signs_in(lea, portal).location.startswith("https://portal.example.org/callback?bar=foo&code=")


def test_unknown_parameters_are_ignored(browser, portal, lea):
    """OpenID Connect Core 3.1.2.1: the authorization server SHOULD ignore unrecognized request parameters."""
    page = browser.signs_in(lea, portal, extra="foobar", display="popup", claims_locales="se", ui_locales="se")
    assert "code" in page.answer


def test_a_code_is_long_and_never_the_same(browser, portal, lea):
    codes = {browser.signs_in(lea, portal).answer["code"] for _ in range(20)}
    assert len(codes) == 20
    assert min(map(len, codes)) >= 43


# What is asked in another way, or not spoken


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unsupported_response_type"),
        ({"response_type": 'a"b\\c'}, "unsupported_response_type"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"response_mode": 'bo"gus'}, "invalid_request"),
        ({"scope": "unheard of"}, "invalid_scope"),
        ({"scope": None}, "invalid_scope"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
        ({"request": "eyJhbGciOiJub25lIn0.e30."}, "request_not_supported"),
        ({"request_uri": "https://portal.example.org/r"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"id_token_hint": "not.a.token"}, "invalid_request"),
        ({"id_token_hint": 'é"\\'}, "invalid_request"),
        ({"nonce": "n" * 8000}, "invalid_request"),
    ],
)
def test_a_fault_goes_back_to_the_portal_with_its_code(browser, portal, changes, error):
    """RFC 6749 4.1.2.1, Core 3.1.2.6: the codes, and the characters that a description may have."""
    page = browser.asks(portal, **changes)
    assert page.location.startswith(f"{CALLBACK}?")
    assert page.answer["error"] == error
    assert page.answer["state"] == "state-123"
    assert "code" not in page.answer
    assert set(page.answer.get("error_description", "")) <= set(map(chr, range(0x20, 0x7F))) - {'"', "\\"}


@row("OID-15")
@pytest.mark.parametrize("name", ["scope", "nonce", "prompt", "code_challenge", "response_type", "max_age", "claims"])
def test_a_parameter_that_is_there_twice_is_refused(browser, portal, name):
    """RFC 6749, section 3.1."""
    query = urlencode([*request_of(portal).items(), (name, "a"), (name, "b")])
    assert browser.get(f"/authorize?{query}").answer["error"] == "invalid_request"


def test_a_state_that_is_there_twice_is_sent_back_by_neither_value(browser, portal):
    answer = browser.get(f"/authorize?{urlencode([*request_of(portal).items(), ('state', 'other')])}").answer
    assert answer["error"] == "invalid_request"
    assert "state" not in answer


# Whom we do not know

FAULTS = [
    {},
    {"response_type": "token"},
    {"scope": None},
    {"prompt": "none"},
    {"code_challenge": None},
    {"code_challenge_method": "plain"},
    {"request": "x"},
    {"max_age": "x"},
]


@row("OID-3")
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "unknown",
    [
        {"client_id": "nobody"},
        {"client_id": None},
        {"redirect_uri": "https://evil.example.org/"},
        {"redirect_uri": None},
        {"redirect_uri": f"{CALLBACK}/evil"},
    ],
)
def test_nothing_is_sent_before_client_and_address_are_known(browser, portal, unknown, fault):
    """RFC 6749 4.1.2.1: … MUST NOT automatically redirect. Core 3.1.2.1: the redirect_uri MUST exactly match."""
    page = browser.asks(portal, **(fault | unknown))
    assert page.status == 400
    assert page.location is None
    assert "https://evil" not in page.text  # nothing of it becomes a link


@row("OID-3")
@pytest.mark.parametrize("name", ["client_id", "redirect_uri"])
def test_a_client_or_address_that_is_there_twice_is_not_believed(browser, portal, name):
    known = request_of(portal)
    page = browser.get(f"/authorize?{urlencode([*known.items(), (name, known[name])])}")
    assert (page.status, page.location) == (400, None)


@row("OID-3")
def test_a_disabled_client_is_unknown(app, browser, portal):
    with app.app_context(), unit_of_work():
        disable(Client.by_client_id(portal.client_id))
    assert browser.asks(portal).status == 400


CONFUSIONS = [
    "HTTPS://portal.example.org/callback",
    "https://PORTAL.example.org/callback",
    "https://portal.example.org/Callback",
    "https://portal.example.org:443/callback",
    "https://portal.example.org/callback/",
    "https://portal.example.org/callback?",
    "https://portal.example.org/callback#",
    "https://portal.example.org/callback?a=b",
    "https://portal.example.org/callback#frag",
    "https://portal.example.org/callback/../evil",
    "https://portal.example.org/x/../callback",
    "https://portal.example.org/%63allback",
    "https://portal.example.org/callback%2f..%2fevil",
    "https://portal.example.org/callback;/../evil",
    "https://portal.example.org/callback..;/evil",
    "https://portal.example.org//callback",
    "https://portal.example.org\\callback",
    "https://portal.example.org./callback",
    "https://portal.example.org@evil.example.org/callback",
    "https://evil.example.org@portal.example.org/callback",
    "https://portal.example.org:x@evil.example.org/callback",
    "https://a@b@portal.example.org/callback",
    "https://portal.example.org.evil.example.org/callback",
    "https://portal.example.org%00.evil.example.org/callback",
    "https://portal.example.org\t/callback",
    " https://portal.example.org/callback",
    "https://portal.example.org/callback ",
    "https://portal.example.org/callback\r\nX: y",
    "https://pоrtal.example.org/callback",
    "https://portal。example.org/callback",
    "http://portal.example.org/callback",
    "//portal.example.org/callback",
    "/callback",
    "callback",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "http://127.0.0.1/callback",
    "http://localhost/callback",
    "https://portal.example.org/callback\0",
    "https://portal.example.org/cal\u200dlback",
    "https://portal.example.org/callback%",
    "https://*.example.org/callback",
    "https://portal.example.org/callback/%2e%2e/evil",
]


@row("OID-2", "BRW-4")
@pytest.mark.parametrize("uri", CONFUSIONS)
def test_a_redirect_uri_is_compared_character_by_character(browser, portal, uri):
    page = browser.asks(portal, redirect_uri=uri)
    assert (page.status, page.location) == (400, None)


@row("OID-2")
def test_a_native_application_may_listen_on_any_loopback_port(app, browser, lea):
    """RFC 8252, section 7.3."""
    with app.app_context():
        uris = ("http://127.0.0.1/callback", "http://[::1]/callback")
        native = a_client(application_type="native", token_endpoint_auth_method="none", redirect_uris=uris)
    uri = "http://127.0.0.1:51234/callback"
    assert browser.signs_in(lea, native, redirect_uri=uri).location.startswith(f"{uri}?code=")
    for other in ("http://127.0.0.1:51234/other", "http://localhost:51234/callback", "http://127.0.0.1:x/callback"):
        assert browser.asks(native, redirect_uri=other).location is None


@row("OID-2")
def test_a_web_client_has_no_such_liberty(app, browser):
    with app.app_context():
        portal = a_client()
    assert browser.asks(portal, redirect_uri="https://portal.example.org:444/callback").location is None


# By POST (Core 3.1.2.1)


def test_a_posted_request_is_stored_and_asked_again_by_get(app, browser, portal, lea):
    """Core 3.1.2.1. It may come from another site, where no cookie of ours travels: it reads none, needs no token."""
    response = app.test_client().post("/authorize", data=request_of(portal), base_url=ISSUER)
    assert response.status_code == 303
    assert "Set-Cookie" not in response.headers
    page = browser.get(urlsplit(response.location).path + "?" + urlsplit(response.location).query)
    assert "password" in page.fields()
    assert "code" in browser.submit(email=lea.email, password=lea.password).answer


@row("INP-3")
def test_a_posted_request_that_holds_nul_is_refused(app, browser, portal):
    response = app.test_client().post("/authorize", data=request_of(portal, nonce="a\0b"), base_url=ISSUER)
    assert browser.get(response.location.removeprefix(ISSUER)).answer["error"] == "invalid_request"


def test_a_posted_request_too_long_to_keep_is_refused(app, portal):
    data = request_of(portal) | {"claims": "x" * 9000}
    assert app.test_client().post("/authorize", data=data, base_url=ISSUER).status_code == 400


@row("INP-3")
@pytest.mark.parametrize("query", [b"client_id=%ff%fe", b"client_id=\xff", b"a=1&" * 200])
def test_a_query_that_is_not_utf_8_or_endless_is_refused(app, query):
    overrides = {"QUERY_STRING": query.decode("latin-1")}
    response = app.test_client().get("/authorize", environ_overrides=overrides, base_url=ISSUER)
    assert response.status_code == 400


@row("OID-16")
def test_the_way_back_after_a_post_is_a_303(browser, portal, lea):
    """RFC 9700, section 4.12: a 307 would send the password on."""
    browser.asks(portal)
    data = browser.page.fields() | {"email": lea.email, "password": lea.password}
    response = browser.client.post(browser.page.url, data=data, base_url=ISSUER)
    assert response.status_code == 303
