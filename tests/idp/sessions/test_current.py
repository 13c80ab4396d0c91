"""Who is signed in here: the cookie, and what it is worth."""

import re
from collections.abc import Callable, Iterable
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app import create_app
from idp import alive, clock
from idp.alive import LiveSession
from idp.db import db, unit_of_work
from idp.oidc.models.grant import Grant
from idp.sessions import current, lifecycle
from idp.sessions.models import Session
from keys import opaque
from tests import builders
from tests.browser import Browser
from tests.builders import Member, Portal
from tests.rows import row
from tests.statements import asked
from tests.worlds import Template

COOKIE = "idp_session"


@pytest.fixture
def karim(app: Flask) -> Member:
    with app.app_context():
        return builders.a_member()


def live(app: Flask, secret: str | None) -> LiveSession | None:
    with app.app_context():
        return alive.session_alive(opaque.digest(secret or ""), clock.now())


def is_signed_in(browser: Browser, portal: Portal) -> bool:
    return "code" in browser.asks(portal, prompt="none").answer


@row("SES-1")
def test_a_new_secret_comes_with_each_sign_in_and_the_former_one_is_dead(
    app: Flask, browser: Browser, portal: Portal, lea: Member
):
    browser.signs_in(lea, portal)
    first = browser.cookie(COOKIE)
    browser.asks(portal, prompt="login")
    browser.submit(email=lea.email, password=lea.password)
    second = browser.cookie(COOKIE)
    assert second != first
    assert live(app, first) is None
    assert live(app, second).account_id == lea.id


@row("SES-1")
def test_a_planted_secret_never_becomes_a_session(app: Flask, browser: Browser, portal: Portal, lea: Member):
    planted = opaque.make()
    browser.client.set_cookie(COOKIE, planted, domain="localhost")
    browser.signs_in(lea, portal)
    assert browser.cookie(COOKIE) != planted
    assert live(app, planted) is None


@row("SES-1")
def test_a_strangers_session_planted_here_is_not_taken_over(
    app: Flask, browser: Browser, portal: Portal, lea: Member, karim: Member
):
    stranger = Browser(app)
    stranger.signs_in(karim, portal)
    browser.client.set_cookie(COOKIE, stranger.cookie(COOKIE), domain="localhost")
    browser.asks(portal, prompt="login")
    browser.submit(email=lea.email, password=lea.password)
    assert live(app, browser.cookie(COOKIE)).account_id == lea.id
    assert live(app, stranger.cookie(COOKIE)) is None


@row("SES-1")
def test_of_two_people_in_turn_on_one_browser_nothing_is_shared(
    app: Flask, browser: Browser, portal: Portal, lea: Member, karim: Member
):
    browser.signs_in(lea, portal)
    hers = live(app, browser.cookie(COOKIE))
    browser.asks(portal, prompt="login")
    browser.submit(email=karim.email, password=karim.password)
    his = live(app, browser.cookie(COOKIE))
    assert (his.id == hers.id, his.account_id) == (False, karim.id)
    with app.app_context():
        grants = {grant.session_id: grant.ended_at for grant in db.session.scalars(select(Grant))}
        assert grants[hers.id] is not None
        assert grants[his.id] is None


def recorded(app: Flask) -> list[str]:
    """Every Set-Cookie header from now on."""
    seen: list[str] = []
    inner = app.wsgi_app

    def outer(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        def noting(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            seen.extend(value for name, value in headers if name.lower() == "set-cookie")
            return start(status, headers, *rest)

        return inner(environ, noting)

    app.wsgi_app = outer  # type: ignore[method-assign]
    return seen


def whole_visit(app: Flask) -> list[str]:
    """The cookies set by a refused sign-in, a sign-in, an answer and a sign-out."""
    with app.app_context():
        portal, lea = builders.a_client(), builders.a_member()
    cookies, browser = recorded(app), Browser(app)
    browser.asks(portal)
    browser.submit(email=lea.email, password="wrong")
    browser.submit(email=lea.email, password=lea.password)
    browser.get("/end_session")
    browser.post("/end_session/confirm", browser.page.fields() | {"choice": "yes"})
    return cookies


@row("SES-2")
def test_over_https_every_cookie_is_bound_to_the_host_and_kept_from_scripts(template: Template, tmp_path):
    cookies = whole_visit(template.sqlite(tmp_path, issuer="https://localhost:8000"))
    assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-session", "__Host-browser", "__Host-form"}
    for cookie in cookies:
        (morsel,) = SimpleCookie(cookie).values()
        assert (morsel["secure"], morsel["httponly"], morsel["samesite"], morsel["path"]) == (True, True, "Lax", "/")
        assert morsel["domain"] == ""
        assert len(cookie) < 4096


@row("SES-2")
def test_over_http_cookies_have_names_of_their_own(app: Flask):
    cookies = whole_visit(app)
    assert {cookie.split("=")[0] for cookie in cookies} == {COOKIE, "idp_browser", "idp_form"}
    assert not [cookie for cookie in cookies if re.search("(?i)secure", cookie.split(";", 1)[1])]
    assert not [cookie for cookie in cookies if "HttpOnly" not in cookie or "SameSite=Lax" not in cookie]


@row("SES-2")
@pytest.mark.parametrize(
    ("cookies", "is_session"),
    [
        ("idp_session={0}", True),
        ("idp_session=planted; idp_session={0}", False),
        ("idp_session={0}; idp_session=planted", False),
        ("=idp_session={0}", False),  # without a name
        ("idp_session", False),
    ],
)
def test_a_cookie_that_is_nameless_or_there_twice_is_none_of_ours(
    app: Flask, browser: Browser, portal: Portal, lea: Member, cookies: str, is_session: bool
):
    browser.signs_in(lea, portal)
    header = cookies.format(browser.cookie(COOKIE))
    with app.test_request_context("/", headers={"Cookie": header}):
        assert (current.session() is not None) == is_session


@row("SES-3")
def test_a_person_is_signed_in_while_active_and_for_twelve_hours_at_most(browser: Browser, portal: Portal, lea: Member):
    browser.signs_in(lea, portal)
    with clock.travel(timedelta(minutes=31)):
        assert not is_signed_in(browser, portal)
    for minutes in range(25, 12 * 60, 25):
        with clock.travel(timedelta(minutes=minutes)):
            assert is_signed_in(browser, portal)
    with clock.travel(timedelta(hours=12, minutes=1)):
        assert not is_signed_in(browser, portal)


@row("SES-3")
def test_a_suspended_person_is_signed_out_at_once(app: Flask, browser: Browser, portal: Portal, lea: Member):
    browser.signs_in(lea, portal)
    with app.app_context(), unit_of_work():
        builders.the_account(lea).suspended_at = clock.now()
    assert not is_signed_in(browser, portal)


@row("SES-3")
def test_a_session_ended_on_one_node_is_ended_on_the_others(app: Flask, browser: Browser, portal: Portal, lea: Member):
    browser.signs_in(lea, portal)
    other_node = create_app(app.extensions["settings"])
    with other_node.app_context(), unit_of_work():
        assert lifecycle.end_all(lea.id) == 1
    assert not is_signed_in(browser, portal)


def test_activity_is_written_once_a_minute_at_most(app: Flask, browser: Browser, portal: Portal, lea: Member):
    def seen_at() -> object:
        with app.app_context():
            return db.session.scalar(select(Session.seen_at))

    browser.signs_in(lea, portal)
    first = seen_at()
    with clock.travel(timedelta(seconds=50)):
        assert is_signed_in(browser, portal)
    assert seen_at() == first
    with clock.travel(timedelta(seconds=70)):
        assert is_signed_in(browser, portal)
    assert seen_at() != first


def test_without_a_cookie_nothing_is_asked(app: Flask):
    with app.test_request_context("/"), asked(app) as heard:
        assert current.session() is None
    assert heard.statements == []
