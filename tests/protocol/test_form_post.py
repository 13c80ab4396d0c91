"""OAuth 2.0 Form Post Response Mode: the answer is posted by the browser, codes and errors alike."""

import html
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from idp.db import unit_of_work
from idp.oidc.models.client import Client
from tests.browser import ISSUER, Browser, request_of
from tests.builders import CALLBACK, a_client
from tests.receivers import Receiver, receiver
from tests.relying_party import RelyingParty
from tests.rows import row

ODD = "".join(map(chr, range(0x20, 0x7F))) + " é </form><script>alert(1)</script>"


def target(page) -> str:
    """Where the form of the page goes."""
    (action,) = re.findall(r'<form class="answer" method="post" action="([^"]*)"', page.text)
    return html.unescape(action)


def policy(page) -> str:
    return page.response.headers["Content-Security-Policy"]


def test_the_answer_is_a_form_for_the_redirect_uri(app, browser, portal, lea):
    """Section 2: … encoded as HTML form values that are auto-submitted … by the User Agent via POST."""
    page = browser.signs_in(lea, portal, response_mode="form_post", state=ODD)
    assert (page.status, page.location, target(page)) == (200, None, CALLBACK)
    said = page.fields()
    assert said.keys() == {"code", "state", "iss"}
    assert (said["state"], said["iss"]) == (ODD, ISSUER)
    assert RelyingParty(app, portal).redeems(said["code"]).ok


@row("OID-6")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"scope": "unknown"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"prompt": "none login"}, "invalid_request"),
    ],
)
def test_errors_take_the_same_way(browser, portal, changes, error):
    """Section 2, and RFC 9207 2: they name their issuer too."""
    page = browser.asks(portal, response_mode="form_post", **changes)
    said = page.fields()
    assert (page.status, target(page)) == (200, CALLBACK)
    assert (said["error"], said["state"], said["iss"]) == (error, "state-123", ISSUER)


def test_a_refusal_of_the_person_takes_it_too(app, browser, lea):
    with app.app_context():
        partner = a_client(first_party=False)
    browser.signs_in(lea, partner, response_mode="form_post")
    page = browser.submit("deny")
    assert page.fields()["error"] == "access_denied"


@row("BRW-1")
def test_the_page_may_post_to_that_origin_and_nowhere_else(browser, portal, lea):
    page = browser.signs_in(lea, portal, response_mode="form_post")
    assert policy(page).endswith("form-action 'self' https://portal.example.org")
    assert "script-src 'self';" in policy(page)
    assert page.response.headers["Cache-Control"] == "no-store"


@row("OID-20", "BRW-5")
def test_what_the_client_sent_is_text_on_the_page(browser, portal):
    page = browser.asks(portal, response_mode="form_post", prompt="none", state=ODD)
    assert "<script>alert" not in page.text
    assert page.text.count("<form") == 1


@row("OID-3")
def test_nothing_is_posted_to_an_address_that_is_not_registered(browser, portal):
    page = browser.asks(portal, response_mode="form_post", redirect_uri="https://evil.example.org/")
    assert (page.status, "<form" in page.text) == (400, False)
    assert "evil" not in policy(page)


@pytest.mark.parametrize("mode", ["fragment", "jwt", "query.jwt", "FORM_POST", "form_post form_post"])
def test_a_mode_that_is_not_offered_is_refused_by_query(browser, portal, mode):
    answer = browser.asks(portal, response_mode=mode).answer
    assert answer["error"] == "invalid_request"


def test_a_mode_that_stands_twice_is_refused_by_query(browser, portal):
    asked = urlencode(request_of(portal)) + "&response_mode=form_post&response_mode=query"
    assert browser.get(f"/authorize?{asked}").answer["error"] == "invalid_request"


def test_query_may_be_asked_for_by_name(browser, portal, lea):
    assert "code" in browser.signs_in(lea, portal, response_mode="query").answer


def test_the_metadata_name_it(app):
    said = app.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).get_json()
    assert said["response_modes_supported"] == ["query", "form_post"]


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The provider on a free port; its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def program() -> Iterator[Receiver]:
    """The client's program, which receives the form."""
    with receiver(body=b"<!doctype html><title>Welcome</title>", headers={"Content-Type": "text/html"}) as running:
        yield running


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_a_real_browser_posts_it(app: Flask, chromium, program: Receiver, scripts: bool):
    with app.app_context(), unit_of_work():
        portal = a_client()
        Client.by_client_id(portal.client_id).redirect_uris = [program.url]
    context = chromium.new_context(java_script_enabled=scripts, locale="fr-FR")
    page: Page = context.new_page()
    asked = request_of(portal, redirect_uri=program.url, response_mode="form_post", prompt="none")
    with serving(app) as url:
        page.goto(f"{url}/authorize?{urlencode(asked)}")
        if not scripts:
            page.get_by_role("button", name="Continuer").click()
        expect(page).to_have_title("Welcome")
    context.close()
    (line, _, form) = program.asked[0]
    assert line.startswith("POST ")
    assert form == {"error": "login_required", "state": "state-123", "iss": ISSUER}


def test_the_answer_is_sent_once(app, portal, lea):
    """… the journey is over once its form was shown."""
    browser = Browser(app)
    browser.signs_in(lea, portal, response_mode="form_post")
    assert browser.get(browser.page.url).status == 410
