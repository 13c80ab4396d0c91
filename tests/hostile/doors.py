"""Every page with a form, opened by someone who has come that far: the doors that hostile input knocks at."""

from collections.abc import Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count

from flask import Flask

from idp.db import db
from tests import builders, openings
from tests.browser import Browser
from tests.builders import Member, Portal
from tests.idp.accounts import resets
from tests.mailbox import link_in, mails_to

CHOSEN = {"password": openings.PASSWORD, "password_again": openings.PASSWORD}
_numbers = count(1)


@dataclass
class Visitor(Browser):
    """A browser at a door, and what would open it."""

    key: dict[str, str] = field(default_factory=dict)


@dataclass
class House:
    """An application with a portal and a person who holds a company; each visit is by a browser of its own."""

    app: Flask
    portal: Portal = field(init=False)
    lea: Member = field(init=False)

    def __post_init__(self) -> None:
        with self.app.app_context():
            self.portal, self.lea = builders.a_client(), builders.a_member()

    def visitor(self, signed_in: bool = False) -> "Visitor":
        browser = Visitor(self.app)
        if signed_in:
            browser.signs_in(self.lea, self.portal)
        return browser


Door = Callable[[House], Visitor]


def sign_in(house: House) -> Visitor:
    browser = house.visitor()
    browser.asks(house.portal)
    browser.key = {"email": house.lea.email, "password": house.lea.password}
    return browser


def account_choice(house: House) -> Visitor:
    browser = house.visitor(signed_in=True)
    browser.asks(house.portal, prompt="select_account")
    return browser


def acting(house: House) -> Visitor:
    with house.app.app_context():
        second = builders.an_organization(siret="99900002900015")
        builders.membership(house.lea.id, second.id)
    browser = sign_in(house)
    browser.submit(email=house.lea.email, password=house.lea.password)
    return browser


def consent(house: House) -> Visitor:
    with house.app.app_context():
        firm = builders.a_client(name="Paie Exemple", first_party=False)
    browser = house.visitor(signed_in=True)
    browser.asks(firm)
    return browser


def withdrawal(house: House) -> Visitor:
    browser = consent(house)
    browser.submit(choice="allow")
    place = browser.get("/applications").text.partition('href="/applications/')[2].partition('"')[0]
    browser.get(f"/applications/{place}")
    return browser


def sign_out(house: House) -> Visitor:
    browser = house.visitor(signed_in=True)
    browser.get("/end_session")
    return browser


def opening(house: House) -> Visitor:
    browser = house.visitor()
    browser.get("/opening")
    browser.key = openings.two_letters(house.app).typed
    return browser


def contact(house: House) -> Visitor:
    browser = house.visitor()
    openings.identifies(browser, openings.two_letters(house.app))
    address = f"ines{next(_numbers)}@toitures.example.org"
    browser.key = {"email": address, "email_again": address, "terms_id": "", "choice": "", **CHOSEN}
    return browser


def sent(house: House) -> Visitor:
    return _sent(house)[0]


def activation(house: House) -> Visitor:
    browser, address = _sent(house)
    openings.follows_link(browser, house.app, address)
    return browser


def activation_elsewhere(house: House) -> Visitor:
    _, address = _sent(house)
    browser = house.visitor()
    openings.follows_link(browser, house.app, address)
    browser.key = {"password": openings.PASSWORD}
    return browser


def _sent(house: House) -> tuple[Visitor, str]:
    browser, address = house.visitor(), f"ines{next(_numbers)}@toitures.example.org"
    openings.opens(browser, openings.two_letters(house.app), address)
    return browser, address


def lost_letters(house: House) -> Visitor:
    browser = house.visitor()
    browser.get("/lost-letters")
    browser.key = {"number": "VE-3001", "siret": "99900005200012"}
    return browser


def forgotten(house: House) -> Visitor:
    browser = house.visitor()
    browser.get("/password-reset")
    browser.key = {"email": house.lea.email}
    return browser


def new_password(house: House) -> Visitor:
    resets.asks(house.app, house.lea.email)
    browser = house.visitor()
    browser.get(resets.link_to(house.app, house.lea.email))
    browser.key = CHOSEN
    return browser


def certification_step(house: House) -> Visitor:
    with house.app.app_context():
        address = builders.the_account(house.lea).email
        assert address is not None
        address.certified_at = None
        db.session.commit()
    browser = sign_in(house)
    browser.submit(email=house.lea.email, password=house.lea.password)
    return browser


def certification(house: House) -> Visitor:
    browser = certification_step(house)
    browser.submit(choice="send")
    browser.get(link_in(mails_to(house.app, house.lea.email)[-1]))
    return browser


DOORS: dict[str, Door] = {
    door.__name__: door
    for door in (
        sign_in,
        account_choice,
        acting,
        consent,
        withdrawal,
        sign_out,
        opening,
        contact,
        sent,
        activation,
        activation_elsewhere,
        lost_letters,
        forgotten,
        new_password,
        certification_step,
        certification,
    )
}


class Fields(HTMLParser):
    """The names of all that the forms of a page send, and what they hold."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.held: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        if tag in ("input", "select", "textarea", "button") and named.get("name"):
            self.held.setdefault(str(named["name"]), named.get("value") or "")
