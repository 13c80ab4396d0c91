"""Two letters, and a person who opens an account with them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask

from idp import clock
from idp.db import db, new_id
from idp.extensions import postal
from idp.registry.models import EnrolmentCode, Organization
from tests.browser import Browser, Page
from tests.builders import an_organization
from tests.mailbox import link_in, mails_to
from tests.registers import a_siret

CODE = "K7PF3M9T"
PASSWORD = "Truelle-Verte-58"
MOBILE, MOBILE_E164 = "0639 98 12 34", "+262639981234"
STEP_1, STEP_2 = "étape 1 sur 2", "étape 2 sur 2"
SENT, ACTIVATE, ACTIVATED = "Consultez vos mails", "Activation de votre compte", "Compte activé"


@dataclass(frozen=True)
class Letters:
    """What the two letters of a member say, and the SIRET of its invoices."""

    number: str
    siret: str
    organization_id: UUID
    code_id: UUID
    code: str = CODE

    @property
    def typed(self) -> dict[str, str]:
        return {"number": self.number, "siret": self.siret, "code": self.code}


def two_letters(app: Flask, organization_id: UUID | None = None, code: str = CODE, **changes: Any) -> Letters:
    """A member with its letters on the table; a further code of one that has letters already."""
    with app.app_context():
        held = Organization.by_id(organization_id) if organization_id else an_organization(**invented())
        assert held is not None
        (hashed,) = postal.hash_all([(str(held.id), code)])
        now = clock.now()
        values = {"asked_at": now, "issued_at": now, "expires_at": now + timedelta(days=30), "code_hash": hashed}
        made = EnrolmentCode(id=new_id(), organization_id=held.id, **(values | changes))
        db.session.add(made)
        db.session.commit()
        return Letters(held.number, held.siret, held.id, made.id, code)


def invented(company: int = 42) -> dict[str, Any]:
    """A holder's names and a SIRET, for `an_organization`."""
    return {
        "siret": a_siret(company),
        "name": "Toitures Boréales",
        "holder_civility": "Mme",
        "holder_given_names": "Inès",
        "holder_family_name": "Dubois",
    }


def identifies(browser: Browser, letters: Letters, **changes: str) -> Page:
    """Step 1."""
    browser.get("/opening")
    return browser.submit(**(letters.typed | changes))


def completes(browser: Browser, email: str, /, **changes: str) -> Page:
    """Step 2."""
    typed = {"email": email, "email_again": email, "password": PASSWORD, "password_again": PASSWORD}
    return browser.submit(**(typed | changes))


def opens(browser: Browser, letters: Letters, email: str, /, **changes: str) -> Page:
    """Both steps, up to the page that says that a mail has left."""
    identifies(browser, letters)
    return completes(browser, email, **changes)


def follows_link(browser: Browser, app: Flask, email: str) -> Page:
    """Open the newest mail, and click its link."""
    return browser.get(newest_link(app, email))


def newest_link(app: Flask, email: str) -> str:
    """The path of the link in the newest mail to that address."""
    return link_in(mails_to(app, email)[-1])


def activates(browser: Browser, app: Flask, email: str) -> Page:
    """Open the mail in this browser, and click the button."""
    follows_link(browser, app, email)
    return browser.submit()
