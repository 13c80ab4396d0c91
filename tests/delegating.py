"""A company and an accounting firm, and what both do about a delegation at a browser."""

from typing import Any
from uuid import UUID

from flask import Flask

from idp import clock
from idp.db import db
from idp.delegations.models import Delegation
from idp.registry.models import Organization
from tests.browser import Browser, Page
from tests.builders import Member, a_member, an_organization
from tests.registers import a_siret

FIRM_SIRET = a_siret(900)
COMPTA = "compta@example.org"
"""The mailbox of an accountant whose firm is in no register."""


def a_proven_firm(**changes: Any) -> Organization:
    """A firm of the register that an operator vouched for; needs the application's context."""
    values = {"kind": "firm", "name": "Cabinet Exemple", "siret": FIRM_SIRET, "proven_at": clock.now()}
    return an_organization(**(values | changes))


def the_accountant(app: Flask, **changes: Any) -> Member:
    """The holder of a proven firm."""
    with app.app_context():
        return a_member(a_proven_firm(**changes), email="sofia@example.org")


def drafts(browser: Browser, organization_id: UUID | None, siret: str = FIRM_SIRET, **typed: str) -> Page:
    """Fill both forms of an offer, up to the page where all is read once more."""
    browser.get(f"/organizations/{organization_id}/delegations/offer")
    page = browser.submit(siret=siret)
    return browser.submit(**(typed or {"documents": "act"})) if page.url.endswith("/draft") else page


def offers(browser: Browser, organization_id: UUID | None, siret: str = FIRM_SIRET, **typed: str) -> Page:
    """The same, and confirm it."""
    drafts(browser, organization_id, siret, **typed)
    assert browser.page.url.endswith("/review"), browser.page.text
    return browser.submit()


def the_delegation(app: Flask) -> Delegation:
    """The newest one, as it stands."""
    with app.app_context():
        found = db.session.query(Delegation).order_by(Delegation.id.desc()).first()
        assert found is not None
        db.session.expunge(found)
        return found


def does(browser: Browser, one: Delegation, deed: str) -> Page:
    """Press the button of the company's page of that deed."""
    browser.get(f"/organizations/{one.organization_id}/delegations/{one.id}/{deed}")
    return browser.submit()


def answers(browser: Browser, one: Delegation, deed: str) -> Page:
    """The same at the firm."""
    browser.get(f"/delegations/{one.id}/{deed}")
    return browser.submit()
