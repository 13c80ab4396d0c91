"""Whatever a request says of its host, the links of our mails lead to the configured one (LNK-6)."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from flask import Flask

from idp.db import db
from tests import builders, worlds
from tests.browser import ISSUER, Browser
from tests.builders import an_account, the_account
from tests.counting import costs
from tests.mailbox import mails_to
from tests.openings import PASSWORD, identifies, opens, two_letters
from tests.rows import row

EMAIL = "ines@toitures.example.org"


class Form(NamedTuple):
    """A form that sends a mail, filled: in whose browser, with what, and to whom the mail goes."""

    browser: Browser
    data: dict[str, str]
    to: str


def filled(browser: Browser, to: str, **typed: str) -> Form:
    return Form(browser, browser.page.fields() | typed, to)


def opening(app: Flask) -> Form:
    browser = Browser(app)
    identifies(browser, two_letters(app))
    twice = {"password": PASSWORD, "password_again": PASSWORD}
    return filled(browser, EMAIL, email=EMAIL, email_again=EMAIL, **twice)


def opening_of_a_taken_address(app: Flask) -> Form:
    with app.app_context():
        an_account(email=EMAIL)
    return opening(app)


def opening_again(app: Flask) -> Form:
    browser = Browser(app)
    opens(browser, two_letters(app), EMAIL)
    return filled(browser, EMAIL)


def reset(app: Flask) -> Form:
    with app.app_context():
        an_account(email=EMAIL)
    browser = Browser(app)
    browser.get("/password-reset")
    return filled(browser, EMAIL, email=EMAIL)


def certification(app: Flask) -> Form:
    with app.app_context():
        portal, person = builders.a_client(), an_account(email=EMAIL)
        the_account(person).email.certified_at = None
        db.session.commit()
    browser = Browser(app)
    browser.signs_in(person, portal)
    return filled(browser, EMAIL, choice="send")


FORMS = (opening, opening_of_a_taken_address, opening_again, reset, certification)
FORGED = (
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Host": "localhost:8000, evil.example"},
    {"X-Forwarded-Proto": "https"},
    {"X-Forwarded-Port": "31337"},
    {"X-Forwarded-Prefix": "/evil"},
    {"X-Forwarded-Server": "evil.example"},
    {"Forwarded": "for=192.0.2.1;host=evil.example;proto=https"},
    {"X-Host": "evil.example", "X-Original-Host": "evil.example", "X-HTTP-Host-Override": "evil.example"},
    {"X-Original-URL": "http://evil.example/", "X-Rewrite-URL": "http://evil.example/"},
    {"Host": "localhost:31337"},
    {"Origin": ISSUER, "Referer": "https://evil.example/"},
)
HOSTS = (
    "evil.example",
    "localhost.evil.example",
    "localhost:8000@evil.example",
    "localhost:8000, evil.example",
    "evil",
)


@pytest.fixture(params=[0, 1], ids=["alone", "behind a proxy"])
def site(request: pytest.FixtureRequest, template: worlds.Template, tmp_path: Path) -> Iterator[Flask]:
    made = template.sqlite(tmp_path, trusted_proxies=request.param)
    yield made
    worlds.close(made)


@row("LNK-6")
@pytest.mark.parametrize("form", FORMS)
def test_every_link_leads_to_the_configured_address(site: Flask, form: Callable[[Flask], Form]):
    browser, data, to = form(site)
    already = len(mails_to(site, to))
    for headers in FORGED:
        browser.client.post(browser.page.url, data=data, base_url=ISSUER, headers=headers)
    written = mails_to(site, to)[already:]
    assert written
    for mail in written:
        addresses = re.findall(r"\w+://[^\s\"<]+", mail.text + mail.html)
        assert addresses
        assert all(address.startswith(f"{ISSUER}/") for address in addresses)
        assert not re.search(r"evil|31337|https://", mail.text + mail.html)


@row("LNK-6")
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_host_that_is_not_ours_leaves_no_trace_but_a_line_in_the_log(site: Flask, method: str):
    with costs(site) as counted:
        answer = site.test_client().open("/password-reset", method=method, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert (counted.statements, counted.trips) == ([], 0)


@row("LNK-6")
@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("form", FORMS)
def test_a_host_that_is_not_ours_gets_no_further(site: Flask, form: Callable[[Flask], Form], host: str):
    browser, data, to = form(site)
    already = len(mails_to(site, to))
    header = "X-Forwarded-Host" if site.extensions["settings"].trusted_proxies else "Host"
    kept = "; ".join(f"{cookie.key}={cookie.value}" for cookie in browser.client._cookies.values())
    with costs(site) as counted:
        headers = {header: host, "Cookie": kept}  # the test's own browser would not send them to another host
        answer = site.test_client().post(browser.page.url, data=data, base_url=ISSUER, headers=headers)
    assert answer.status_code == 400
    assert (counted.statements, counted.trips) == ([], 0)
    assert len(mails_to(site, to)) == already
