"""Every link of every mail: nothing happens without a person's click, and few lead to a password (LNK-2, LNK-14)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import pytest
from flask import Flask
from playwright.sync_api import Page as ChromiumPage
from werkzeug.serving import make_server

from idp.accounts import email_certification
from idp.accounts.models import Account, EmailAddress
from idp.db import db, new_id, unit_of_work
from tests.browser import ISSUER, Browser
from tests.builders import an_account, the_account
from tests.counting import costs
from tests.idp.accounts.resets import NEW, asks, link_to
from tests.mailbox import link_in, mails_to
from tests.openings import PASSWORD, newest_link, opens, two_letters
from tests.rows import row

MAILS = Path(__file__).parents[2] / "templates/mail"
FETCHED_AHEAD = ({"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"})
ANSWERS_AN_ACT = {"accounts/activation", "accounts/password_reset"}
"""The mails that may lead to a password field, elsewhere than where they were asked for."""


class Sent(NamedTuple):
    """A mail's link, whether what it is for was done, and what a person types there before the click, by field."""

    link: str
    is_done: Callable[[], bool]
    typed: Mapping[str, str] = {}


def a_certification(app: Flask) -> Sent:
    with app.app_context():
        person = an_account()
        the_account(person).email.certified_at = None
        db.session.commit()
        with unit_of_work():
            address = EmailAddress.live(person.id)
            assert address is not None
            email_certification.send(address, urgent=True)

    def is_done() -> bool:
        with app.app_context():
            return the_account(person).email.certified_at is not None

    return Sent(link_in(mails_to(app, person.email)[-1]), is_done)


def a_reset(app: Flask) -> Sent:
    with app.app_context():
        person = an_account()
        former = the_account(person).password_hash
    asks(app, person.email)

    def is_done() -> bool:
        with app.app_context():
            return the_account(person).password_hash != former

    return Sent(link_to(app, person.email), is_done, {"password": NEW, "password_again": NEW})


def an_activation(app: Flask) -> Sent:
    letters, email = two_letters(app), f"ines{new_id().hex}@example.org"
    opens(Browser(app), letters, email)

    def is_done() -> bool:
        with app.app_context():
            return Account.by_email(email) is not None

    return Sent(newest_link(app, email), is_done, {"password": PASSWORD})


SENT: dict[str, Callable[[Flask], Sent]] = {
    "accounts/activation": an_activation,
    "accounts/email_certification": a_certification,
    "accounts/password_reset": a_reset,
}
"""Each kind of mail whose link holds a secret: who sends one."""
LEADS_HOME = {"accounts/address_taken", "accounts/access_ended", "accounts/people_changed", "consent/admission"}
LEADS_TO_A_CHOICE = {"accounts/invitation", "delegations/offer"}
"""Who is invited signs in, or opens an account: see test_joining.py and test_newcomers.py."""


@pytest.fixture(params=SENT)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def sent(app: Flask, kind: str) -> Sent:
    return SENT[kind](app)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """The application where a real browser finds it."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{server.port}"
    finally:
        server.shutdown()
        thread.join()


@row("LNK-2")
def test_a_link_that_is_only_opened_does_nothing_then_the_click_works(app: Flask, sent: Sent):
    scanner = Browser(app)
    with costs(app) as counted:
        for _ in range(10):
            scanner.get(sent.link)
        for method in ("HEAD", "OPTIONS"):
            for path in (sent.link, scanner.page.url):
                assert scanner.client.open(path, method=method, base_url=ISSUER).status_code < 400
        for headers in FETCHED_AHEAD:
            scanner.get(sent.link, headers=headers)
    assert counted.commits == 0
    assert not sent.is_done()
    person = Browser(app)
    person.get(sent.link)
    person.submit(**sent.typed)
    assert sent.is_done()


@row("LNK-2")
def test_a_real_browser_that_nobody_clicks_in_does_nothing(app: Flask, sent: Sent, page: ChromiumPage):
    with served(app) as home, costs(app) as counted:
        page.goto(home + sent.link, wait_until="networkidle")
        page.reload(wait_until="networkidle")
        assert not page.url.endswith(sent.link)
        assert counted.commits == 0
        assert not sent.is_done()
        for name, value in sent.typed.items():
            page.locator(f"main form [name={name}]").fill(value)
        page.locator("main form button[type=submit]").click()
        page.wait_for_load_state("networkidle")
        assert sent.is_done()


@row("LNK-2")
@pytest.mark.parametrize("token", ["", "x" * 60])
def test_the_button_works_with_its_token_only(app: Flask, sent: Sent, token: str):
    person = Browser(app)
    person.get(sent.link)
    assert person.submit(**sent.typed, csrf_token=token).status == 400
    assert not sent.is_done()


@row("LNK-14")
def test_only_the_mails_that_answer_an_act_lead_to_a_password(app: Flask, kind: str, sent: Sent):
    fresh = Browser(app)
    asks = 'type="password"' in fresh.get(sent.link).text
    assert asks == (kind in ANSWERS_AN_ACT)
    if not asks:
        assert 'type="password"' not in fresh.submit().text


@row("LNK-14")
def test_every_mail_says_that_we_never_ask_for_a_password():
    layout = (MAILS / "layout.txt").read_text()
    assert "Nous ne vous demanderons jamais votre mot de passe" in layout
    bodies = [path for path in MAILS.rglob("*.txt") if path.name != "layout.txt"]
    assert all(path.read_text().startswith('{% extends "mail/layout.txt" %}') for path in bodies)


@row("LNK-14")
def test_no_mail_with_a_link_was_left_out():
    with_links = [path for path in MAILS.rglob("*.txt") if "block action" in path.read_text()]
    kinds = {path.relative_to(MAILS).with_suffix("").as_posix() for path in with_links} - {"layout"}
    assert kinds == set(SENT) | LEADS_HOME | LEADS_TO_A_CHOICE
