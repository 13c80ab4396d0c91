"""A partner's application at the door of a company: a colleague asks, a holder answers."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask import Flask

from idp.audit.models import AuditEvent
from idp.db import db
from idp.delegations.admissions.models import Admission
from idp.delivery.transports.port import Mail
from tests.browser import Browser, Page
from tests.builders import Member, Portal, a_delegation, an_account, an_organization, membership
from tests.mailbox import mails_to

CLOSED = "Application pas encore ouverte"


def asks(app: Flask, karim: Member, firm: Portal) -> Browser:
    """The colleague asks for the application, and sends the request to the holders; the browser."""
    browser = Browser(app)
    assert browser.signs_in(karim, firm).title.startswith(CLOSED)
    assert "Votre demande est partie" in browser.submit(choice="ask").text
    return browser


def answers(app: Flask, who: Member, path: str, choice: str) -> Page:
    """The holder opens the link of the mail, signs in, and answers."""
    browser = Browser(app)
    browser.get(path)
    browser.submit(email=who.email, password=who.password)
    return browser.submit(choice=choice)


def the_mail(app: Flask, who: Member) -> Mail:
    """The one mail that asks that holder."""
    (mail,) = mails_to(app, who.email, "consent/admission")
    return mail


def events(app: Flask) -> list[str]:
    """What the audit says of admissions, the oldest first."""
    with app.app_context():
        found = [one.event for one in db.session.query(AuditEvent).order_by(AuditEvent.at)]
    return [one for one in found if one.startswith("consent:admission")]


def closes(browser: Browser, who: Member) -> None:
    """The holder closes the company to its one application."""
    browser.get(f"/organizations/{who.organization_id}/applications")
    path = browser.page.text.split(f'href="/organizations/{who.organization_id}/applications/')[1].split('"')[0]
    browser.get(f"/organizations/{who.organization_id}/applications/{path}")
    assert "ouverte à aucune application" in browser.submit(choice="close").text


def delegated(app: Flask, lea: Member, **allows: Any) -> tuple[Member, UUID]:
    """A person of a firm to which Léa's company delegates."""
    assert lea.organization_id is not None
    with app.app_context():
        clerk, office = an_account(), an_organization(kind="firm")
        membership(clerk.id, office.id, holder=False)
        return clerk, a_delegation(lea.organization_id, office.id, **allows).id


def requested(app: Flask) -> str:
    """Where the newest request is answered: the mail leads home, from where one finds it."""
    with app.app_context():
        newest = db.session.scalars(sa.select(Admission).order_by(Admission.asked_at.desc())).first()
        assert newest is not None
        return f"/organizations/{newest.organization_id}/applications/{newest.id}"
