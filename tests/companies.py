"""A company with its people, and what a holder does about them at a browser."""

from dataclasses import dataclass
from uuid import UUID

from flask import Flask

from idp.db import db
from idp.registry.models import Organization
from tests.browser import Browser, Page
from tests.builders import Member, a_client, an_account, membership
from tests.mailbox import link_in, mails_to

INVITED = "nour@example.org"


@dataclass(frozen=True)
class Person:
    """Someone of a company: who signs in, and by which link."""

    who: Member
    membership_id: UUID


def joins(app: Flask, organization_id: UUID | None, email: str, holder: bool = False) -> Person:
    """One more person of a company: another holder, or a colleague who may read its documents."""
    assert organization_id is not None
    with app.app_context():
        who = an_account(email=email)
        return Person(who, membership(who.id, organization_id, holder).id)


def signed_in(app: Flask, who: Member) -> Browser:
    """A browser in which that person typed their password just now."""
    browser = Browser(app)
    with app.app_context():
        portal = a_client()
    assert browser.signs_in(who, portal, scope="openid").location is not None
    return browser


def invites(browser: Browser, organization_id: UUID | None, email: str = INVITED, /, **rights: str) -> Page:
    """Fill the form of an invitation, and send it."""
    browser.get(f"/organizations/{organization_id}/people/invite")
    return browser.submit(email=email, **(rights or {"documents": "read"}))


def newest_invitation(app: Flask, email: str = INVITED) -> str:
    """The path of the link in the newest invitation to that address."""
    return link_in(mails_to(app, email, "accounts/invitation")[-1])


def named(organization_id: UUID | None) -> Organization:
    """Its row; needs the application's context."""
    found = db.session.get(Organization, organization_id)
    assert found is not None
    return found
