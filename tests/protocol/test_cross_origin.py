"""Which scripts of which sites may read our answers (Fetch standard, CORS; RFC 9700 2.6)."""

import pytest

from tests.browser import ISSUER
from tests.builders import a_client
from tests.rows import row

pytestmark = row("BRW-3")

SPA = "https://app.example.org"
ALLOWED = "Access-Control-Allow-Origin"


@pytest.fixture
def spa(app):
    """A public client whose scripts run at an origin of theirs."""
    with app.app_context():
        return a_client(token_endpoint_auth_method="none", origins=(SPA,))


def answer(app, method, url, **options):
    return app.test_client().open(url, method=method, base_url=ISSUER, **options)


@pytest.mark.parametrize(
    "url", ["/jwks", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]
)
def test_what_is_public_may_be_read_by_anyone(app, url):
    response = answer(app, "GET", url, headers={"Origin": "https://any.example.org"})
    assert response.headers[ALLOWED] == "*"
    assert "Access-Control-Allow-Credentials" not in response.headers


def test_tokens_may_be_read_by_the_origins_that_their_client_registered(app, spa):
    data = {"grant_type": "authorization_code", "code": "x", "client_id": spa.client_id}
    response = answer(app, "POST", "/token", data=data, headers={"Origin": SPA})
    assert response.headers[ALLOWED] == SPA
    assert "Origin" in response.vary
    other = answer(app, "POST", "/token", data=data, headers={"Origin": "https://evil.example.org"})
    assert ALLOWED not in other.headers


def test_another_clients_origin_reads_nothing(app, spa, portal):
    data = {"grant_type": "authorization_code", "code": "x", "client_id": portal.client_id, "client_secret": "x"}
    response = answer(app, "POST", "/token", data=data, headers={"Origin": SPA})
    assert ALLOWED not in response.headers


def test_a_refusal_of_userinfo_may_be_read_by_every_registered_origin_and_by_no_other(app, spa):
    """Whose token it was is not known: it may have ended."""
    refused = answer(app, "GET", "/userinfo", headers={"Origin": SPA, "Authorization": "Bearer ended"})
    assert (refused.status_code, refused.headers[ALLOWED]) == (401, SPA)
    assert refused.headers["Access-Control-Expose-Headers"] == "WWW-Authenticate"
    other = answer(app, "GET", "/userinfo", headers={"Origin": "https://evil.example.org"})
    assert ALLOWED not in other.headers


@pytest.mark.parametrize("url", ["/token", "/userinfo", "/revoke"])
def test_a_registered_origin_may_ask_and_another_may_not(app, spa, url):
    headers = {"Origin": SPA, "Access-Control-Request-Method": "POST"}
    assert answer(app, "OPTIONS", url, headers=headers).headers[ALLOWED] == SPA
    headers["Origin"] = "https://evil.example.org"
    assert ALLOWED not in answer(app, "OPTIONS", url, headers=headers).headers


def test_no_page_may_be_read_across_origins(app, browser, spa, portal):
    browser.asks(portal)
    for url in ("/authorize", "/end_session", browser.page.url, "/mentions-legales", "/nothing-here"):
        for method in ("GET", "OPTIONS"):
            response = browser.client.open(url, method=method, base_url=ISSUER, headers={"Origin": SPA})
            assert ALLOWED not in response.headers, url
