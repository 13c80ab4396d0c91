"""Clicks at the same instant: one account, one winner, and the others are told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask

from idp.accounts.models import Account
from idp.db import db
from tests.browser import Browser, Page
from tests.openings import PASSWORD, newest_link, opens, two_letters
from tests.rows import row

INES = "ines@example.org"


def accounts(app: Flask) -> list[str]:
    with app.app_context():
        return [account.email.canonical for account in db.session.query(Account)]


def at_once(app: Flask, presses_of: list[tuple[Browser, str]]) -> list[Page]:
    barrier = Barrier(len(presses_of))

    def press(browser: Browser, link: str) -> Page:
        browser.get(link)
        barrier.wait()
        return browser.submit(password=PASSWORD)

    with ThreadPoolExecutor(len(presses_of)) as threads:
        return list(threads.map(lambda one: press(*one), presses_of))


@row("LOG-11")
@pytest.mark.parametrize("times", range(3))
def test_two_spellings_of_one_address_that_activate_at_once_make_one_account(any_app: Flask, times: int):
    browsers, links = [Browser(any_app) for _ in range(2)], []
    for browser, spelled in zip(browsers, ("A@x.example.org", "a@X.example.org"), strict=True):
        opens(browser, two_letters(any_app), spelled)
        links.append(newest_link(any_app, "a@x.example.org"))
    pages = at_once(any_app, list(zip(browsers, links, strict=True)))
    assert sorted(page.status for page in pages) == [200, 410]
    assert accounts(any_app) == ["a@x.example.org"]


@row("OPN-5", "LNK-5")
def test_of_many_clicks_at_once_with_two_letters_of_one_member_one_opens_it(any_app: Flask):
    first = two_letters(any_app)
    second = two_letters(any_app, first.organization_id, code="0000ZZZZ")
    presses_of = []
    for letters, email in ((first, INES), (second, "other@example.org")):
        browser = Browser(any_app)
        opens(browser, letters, email)
        presses_of += [(_twin(any_app, browser), newest_link(any_app, email)) for _ in range(3)]
    pages = at_once(any_app, presses_of)
    assert [page.status for page in pages].count(200) == 1
    assert {page.status for page in pages} <= {200, 410}
    assert len(accounts(any_app)) == 1


def _twin(app: Flask, browser: Browser) -> Browser:
    """Another tab of the same browser."""
    twin = Browser(app)
    for name in ("idp_browser", "idp_form"):
        value = browser.cookie(name)
        assert value is not None
        twin.client.set_cookie(name, value, domain="localhost", httponly=True)
    return twin
