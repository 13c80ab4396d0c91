"""OpenID Connect Front-Channel Logout 1.0: the page of a sign-out shows frames of the clients that ask for it."""

import html
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from idp.db import unit_of_work
from idp.oidc.clients import registration
from idp.oidc.models.client import Client
from tests.browser import ISSUER, request_of
from tests.builders import CALLBACK, SIGNED_OUT, a_client
from tests.receivers import Receiver, receiver
from tests.relying_party import RelyingParty, claims_of
from tests.rows import row

FRAME = "https://portal.example.org/frame?from=idp"


@pytest.fixture
def framed(app):
    """A client that asks for a frame."""
    with app.app_context():
        return RelyingParty(app, a_client(frontchannel_logout_uri=FRAME))


def frames(page):
    """The addresses of the page's frames."""
    return [html.unescape(found) for found in re.findall(r'<iframe [^>]*src="([^"]*)"', page.text)]


def leaves(browser, tokens, **parameters):
    return browser.get(f"/end_session?{urlencode({'id_token_hint': tokens['id_token']} | parameters)}")


def policy(page):
    return page.response.headers["Content-Security-Policy"]


def test_the_frame_is_told_the_issuer_and_the_session(framed, browser, lea):
    """Section 2: iss and sid, added to the query that was registered."""
    tokens = framed.tokens_of(lea, browser)
    page = leaves(browser, tokens)
    (frame,) = frames(page)
    assert frame.startswith(f"{FRAME}&")
    said = dict(parse_qsl(urlsplit(frame).query))
    assert said == {"from": "idp", "iss": ISSUER, "sid": claims_of(tokens["id_token"])["sid"]}


@row("BRW-1")
def test_the_page_may_frame_that_origin_and_no_other_page_may_frame_any(framed, browser, portal, lea):
    tokens = framed.tokens_of(lea, browser)
    assert "frame-src" not in policy(browser.asks(portal, prompt="login"))
    page = leaves(browser, tokens)
    assert policy(page).endswith("form-action 'self'; frame-src https://portal.example.org")
    assert policy(page).startswith("default-src 'none';")


def test_the_frames_come_before_the_portal_asked_for_its_people(framed, browser, lea):
    """Section 3: … and then goes on to post_logout_redirect_uri, with its state."""
    page = leaves(browser, framed.tokens_of(lea, browser), post_logout_redirect_uri=SIGNED_OUT, state="s t")
    assert (page.status, page.location, len(frames(page))) == (200, None, 1)
    assert f'href="{SIGNED_OUT}?state=s+t"' in page.text
    assert "go_on.js" in page.text


def test_a_confirmed_sign_out_shows_them_too(framed, browser, lea):
    framed.tokens_of(lea, browser)
    browser.get("/end_session")
    page = browser.submit("yes")
    assert len(frames(page)) == 1
    assert "go_on.js" not in page.text


def test_each_grant_that_its_client_knows_has_a_frame_and_each_is_shown_once(app, framed, browser, portal, lea):
    sids = {claims_of(framed.tokens_of(lea, browser)["id_token"])["sid"] for _ in range(2)}
    framed.code_of(lea, browser)  # never redeemed
    framed.tokens_of(lea)  # in another browser
    tokens = RelyingParty(app, portal).tokens_of(lea, browser)  # a client that asks for none
    assert {dict(parse_qsl(urlsplit(one).query))["sid"] for one in frames(leaves(browser, tokens))} == sids
    assert frames(leaves(browser, tokens)) == []


def test_there_are_twenty_frames_at_most_the_newest(framed, browser, lea):
    tokens = [framed.tokens_of(lea, browser) for _ in range(22)]
    shown = " ".join(frames(leaves(browser, tokens[0])))
    assert shown.count("sid=") == 20
    assert claims_of(tokens[-1]["id_token"])["sid"] in shown


def test_without_frames_a_portal_gets_its_people_back_at_once(party, browser, lea):
    assert leaves(browser, party.tokens_of(lea, browser), post_logout_redirect_uri=SIGNED_OUT).location == SIGNED_OUT


def test_a_disabled_client_is_not_framed(app, framed, browser, portal, lea):
    framed.tokens_of(lea, browser)
    tokens = RelyingParty(app, portal).tokens_of(lea, browser)
    with app.app_context(), unit_of_work():
        registration.disable(Client.by_client_id(framed.portal.client_id))
    assert frames(leaves(browser, tokens)) == []


@row("NET-1")
@pytest.mark.parametrize(
    "uri",
    ["https://elsewhere.example.org/frame", "http://portal.example.org/frame", "https://portal.example.org:8443/frame"],
)
def test_a_frame_is_where_a_redirect_uri_is(app, uri):
    """Section 2: the domain, port, and scheme … MUST be the same as that of a registered Redirection URI value."""
    with app.app_context(), pytest.raises(AssertionError, match="frontchannel_logout_uri"):
        a_client(frontchannel_logout_uri=uri, redirect_uris=(CALLBACK,))


def test_the_metadata_promise_it(app):
    """Section 3."""
    said = app.test_client().get("/.well-known/openid-configuration", base_url=ISSUER).get_json()
    assert said["frontchannel_logout_supported"] is said["frontchannel_logout_session_supported"] is True


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


def move(app: Flask, party: RelyingParty, program: Receiver) -> None:
    """Let the client be on this very machine."""
    with app.app_context(), unit_of_work():
        client = Client.by_client_id(party.portal.client_id)
        client.redirect_uris = client.post_logout_redirect_uris = [program.url]
        client.frontchannel_logout_uri = f"http://127.0.0.1:{program.port}/frame"


def test_a_real_browser_shows_the_frames_and_goes_on(app: Flask, framed: RelyingParty, lea, page: Page):
    refused: list[str] = []
    page.on("console", lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None)
    with receiver(body=b"<title>Portal</title>", headers={"Content-Type": "text/html"}) as program, serving(app) as url:
        move(app, framed, program)
        page.goto(f"{url}/authorize?{urlencode(request_of(framed.portal, redirect_uri=program.url))}")
        page.get_by_label("Adresse").fill(lea.email)
        page.get_by_label("Mot de passe", exact=True).fill(lea.password)
        page.get_by_role("button", name="Connexion", exact=True).click()
        expect(page).to_have_title("Portal")
        code = dict(parse_qsl(urlsplit(page.url).query))["code"]
        hint = framed.redeems(code, redirect_uri=program.url)["id_token"]
        asked = {"id_token_hint": hint, "post_logout_redirect_uri": program.url, "state": "done"}
        page.goto(f"{url}/end_session?{urlencode(asked)}")
        expect(page).to_have_url(f"{program.url}?state=done")
        paths = [line.split()[1] for line, _, _ in program.asked]
    framing = [path for path in paths if path.startswith("/frame?")]
    assert len(framing) == 1
    assert paths.index(framing[0]) < paths.index("/told?state=done")
    assert refused == []
