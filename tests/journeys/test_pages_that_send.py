"""The pages that send a mail or an SMS write it down, and speak to no server: none of them is slowed by one."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask import Flask

from tests import worlds
from tests.browser import ISSUER, Browser
from tests.counting import costs
from tests.journeys.test_links_of_mails import FORMS, Form, filled
from tests.mailbox import waiting
from tests.openings import MOBILE, MOBILE_E164, identifies, two_letters


def mobile_code(app: Flask) -> Form:
    browser = Browser(app)
    identifies(browser, two_letters(app))
    return filled(browser, MOBILE_E164, mobile=MOBILE, choice="certify")


Silent = tuple[Flask, list[socket.socket]]


@pytest.fixture
def silent(template: worlds.Template, tmp_path: Path) -> Iterator[Silent]:
    """An application whose mail server and gateway accept, and never say a word."""
    with ExitStack() as stack:
        mail, sms = (stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(2))
        ports = [server.getsockname()[1] for server in (mail, sms)]
        (tmp_path / "silent").mkdir()
        servers = {"smtp_host": "127.0.0.1", "smtp_port": ports[0], "sms_url": f"http://127.0.0.1:{ports[1]}/sms"}
        app = template.sqlite(tmp_path / "silent", smtp_tls="none", **servers)
        stack.callback(worlds.close, app)
        yield app, [mail, sms]


@pytest.mark.parametrize("form", [*FORMS, mobile_code])
def test_a_page_does_the_same_work_whatever_the_servers_do(app: Flask, silent: Silent, form: Callable[[Flask], Form]):
    spent, written = [], []
    for site in (app, silent[0]):
        browser, data, to = form(site)
        with costs(site) as counted:
            assert browser.client.post(browser.page.url, data=data, base_url=ISSUER).status_code in (200, 303)
        spent.append((len(counted.statements), counted.commits, counted.trips))
        written.append(waiting(site)[-1].to)
    assert spent[0] == spent[1]
    assert written == [to, to]
    for server in silent[1]:
        server.setblocking(False)
        with pytest.raises(BlockingIOError):
            server.accept()
