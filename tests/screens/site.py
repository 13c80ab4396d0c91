"""A provider that listens, for a real browser: with one fund, its portal, letters and mails.

Buttons and fields are found by what the page sends, not by its words: a screen is the same in every language.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from playwright.sync_api import Locator, Page
from werkzeug.serving import make_server

from idp.db import db
from idp.registry import funds
from idp.registry.models import Fund
from tests.browser import request_of
from tests.builders import Member, Portal, a_client, a_member, an_organization
from tests.mailbox import mails_to, messages_to
from tests.openings import Letters, invented, two_letters
from tests.postboxes import free_port
from tests.worlds import Template, close

FUNDS = Path(__file__).parents[2] / "examples" / "fund.yaml"
CHOSEN = "Truelle-Verte-58"
PLENTY = 1_000_000
NUMBERS = count(1)
"""No two people, addresses or telephones of a run are the same."""


@dataclass
class Site:
    """A provider that listens, with one fund and its portal; `home` is its address."""

    app: Flask
    home: str
    portal: Portal = field(init=False)

    def __post_init__(self) -> None:
        with self.app.app_context():
            (applied,) = funds.apply(funds.read(FUNDS))
            self.portal = a_client(name="Espace sécurisé Entreprise", fund=applied.code)
            fund = db.session.get(Fund, applied.fund_id)
            assert fund is not None
            fund.home_client_id = self.portal.client_id
            db.session.commit()

    def letters(self) -> Letters:
        """The letters of a member of one's own."""
        with self.app.app_context():
            organization_id = an_organization(Fund.only(), **invented(next(NUMBERS))).id
        return two_letters(self.app, organization_id)

    def member(self, **changes: Any) -> Member:
        """Someone who has an account."""
        with self.app.app_context():
            fund = Fund.only()
            return a_member(an_organization(fund), fund_id=fund and fund.id, **changes)

    def authorize(self, **parameters: str) -> str:
        """The address at which the portal asks who is there."""
        return f"{self.home}/authorize?{urlencode(request_of(self.portal, **parameters))}"

    def link(self, email: str) -> str:
        """The link of the newest mail to an address."""
        mail = mails_to(self.app, email)[-1]
        (found,) = re.findall(rf"^{re.escape(self.home)}/\S*$", mail.text, flags=re.MULTILINE)
        return str(found)

    def code(self, number: str) -> str:
        """The code of the newest SMS to a number."""
        found = re.search(r"\b[0-9]{6}\b", messages_to(self.app, number)[-1].text)
        assert found is not None
        return found[0]


@contextmanager
def serving(template: Template, folder: Path, **changes: Any) -> Iterator[Site]:
    """Serve an application of one's own, which refuses nothing for having been asked too often."""
    home = f"http://localhost:{free_port()}"
    often = {"network_tries": PLENTY, "sms_an_hour_from_network": PLENTY}
    app = template.sqlite(folder, issuer=home, **(often | changes))
    site = Site(app, home)
    server = make_server("127.0.0.1", int(home.rpartition(":")[2]), app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        close(app)


def press(what: Locator) -> None:
    """Press what leads to another page of ours, and wait until that page stands."""
    with what.page.expect_navigation():
        what.click()


def ending(page: Page) -> Locator:
    """The button that ends the form."""
    return page.locator("main form button.button:not([name])").last


def choice(page: Page, value: str) -> Locator:
    """The button of that choice."""
    return page.locator(f"main button[value={value}]")


def submit(page: Page, **typed: str) -> None:
    """Fill fields by their names, and press the button that ends the form."""
    fill(page, **typed)
    press(ending(page))


def choose(page: Page, value: str) -> None:
    """Press the button of that choice."""
    press(choice(page, value))


def fill(page: Page, **typed: str) -> None:
    """Fill fields by their names."""
    for name, text in typed.items():
        page.locator(f"main [name={name}]").fill(text)


def an_address() -> str:
    """An address that nobody has."""
    return f"ines{next(NUMBERS)}@toitures.example.org"


def a_mobile() -> tuple[str, str]:
    """A mobile that nobody has: as it is typed, and in E.164."""
    number = f"639 98 {next(NUMBERS):04}"
    return f"0{number}", "+262" + number.replace(" ", "")
