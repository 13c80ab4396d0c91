"""Every page with a form, opened by someone who has come that far: the doors that hostile input knocks at."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from uuid import UUID

from flask import Flask

from idp import clock
from idp.db import db
from tests import builders, openings
from tests.browser import Browser
from tests.builders import Member, Portal
from tests.idp.accounts import resets
from tests.mailbox import link_in, mails_to
from tests.registers import a_siret

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

    @property
    def company(self) -> UUID:
        assert self.lea.organization_id is not None
        return self.lea.organization_id

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
    browser.key = {}
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
    browser.key = {"choice": "send"}
    return browser


def certification(house: House) -> Visitor:
    browser = certification_step(house)
    browser.submit(choice="send")
    browser.get(link_in(mails_to(house.app, house.lea.email)[-1]))
    browser.key = {}
    return browser


LATER = (clock.now() + timedelta(days=200)).date().isoformat()
RIGHTS = {"documents": "read", "legal": "act"}


def offer(house: House) -> Visitor:
    browser = _at_home(house, "delegations/offer")
    browser.key = {"siret": a_siret(next(_numbers) + 500)}
    return browser


def draft(house: House) -> Visitor:
    browser = offer(house)
    browser.submit(**browser.key)
    browser.key = RIGHTS | {"name": "Cabinet", "email": "cabinet@example.org", "ends_on": LATER, "choice": ""}
    return browser


def renewal(house: House) -> Visitor:
    with house.app.app_context():
        firm = builders.an_organization(kind="firm")
        given = builders.a_delegation(house.company, firm.id).id
    browser = _at_home(house, f"delegations/{given}/renew")
    browser.key = {"ends_on": LATER}
    return browser


def asking(house: House) -> Visitor:
    browser = _at_home(_firm(house), "clients/ask")
    browser.key = RIGHTS | {"siret": a_siret(77), "ends_on": LATER}
    return browser


def sheet(house: House) -> Visitor:
    return _at_home(_firm(house), "clients/file")


def staff(house: House) -> Visitor:
    with _firm(house).app.app_context():
        given = builders.a_delegation(builders.an_organization().id, house.company).id
        builders.membership(builders.an_account().id, house.company, holder=False)
    browser = house.visitor(signed_in=True)
    browser.get(f"/delegations/{given}/staff")
    return browser


def invitation(house: House) -> Visitor:
    browser = _at_home(house, "people/invite")
    browser.key = RIGHTS | {"email": f"colleague{next(_numbers)}@example.org"}
    return browser


def colleague(house: House) -> Visitor:
    with house.app.app_context():
        link = builders.membership(builders.an_account().id, house.company, holder=False).id
    browser = _at_home(house, f"people/{link}")
    browser.key = RIGHTS
    return browser


def attaching(house: House) -> Visitor:
    browser = house.visitor(signed_in=True)
    browser.get("/organizations/attach")
    browser.key = openings.two_letters(house.app).typed
    return browser


def _at_home(house: House, place: str) -> Visitor:
    browser = house.visitor(signed_in=True)
    browser.get(f"/organizations/{house.company}/{place}")
    return browser


def _firm(house: House) -> House:
    with house.app.app_context():
        firm = builders.an_organization(kind="firm", name="Cabinet Exemple", proven_at=clock.now())
        house.lea = builders.a_member(firm)
    return house


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
        offer,
        draft,
        renewal,
        asking,
        sheet,
        staff,
        invitation,
        colleague,
        attaching,
    )
}
