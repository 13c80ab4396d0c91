"""Not yours and not existing look the same: two people, and every address that names something of somebody's (TRS-1).

The addresses are read from the application: a new one enters by itself, and one whose parts are not known here fails.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import pytest
from flask import Flask

from consent.models import Consent
from idp import clock
from idp.accounts.attaching import prove
from idp.accounts.colleagues.models import Invitation
from idp.accounts.opening.identification import Identity, Visitor
from idp.db import db, new_id
from idp.delegations.admissions.models import Admission
from tests.browser import ISSUER, Browser
from tests.builders import Member, a_client, a_delegation, a_member, an_organization
from tests.companies import joins, signed_in
from tests.journeys.test_every_get import contents
from tests.openings import two_letters
from tests.rows import row

BOUND_TO_A_BROWSER = {"journey_id", "draft_id"}
"""What another browser began is told so, whoever asks: see SES-4 and OPN-7."""
NOT_OF_ANYBODY = {"secret", "filename", "page", "code", "colour", "topic", "lang"}
CHANGES_NOTHING = {"session", "outgoing_message", "attempt"}


class Asked(NamedTuple):
    """One address, with somebody else's things in it, and with things that do not exist."""

    method: str
    theirs: str
    nothing: str
    ids: tuple[str, ...]


@pytest.fixture
def lea_has(app: Flask, lea: Member) -> dict[str, UUID]:
    """One thing of Léa's for each part of an address."""
    colleague = joins(app, lea.organization_id, "ines@example.org")
    letters = two_letters(app)
    with app.app_context():
        assert lea.organization_id is not None
        client, firm = a_client(first_party=False), an_organization(kind="firm")
        delegation = a_delegation(lea.organization_id, firm.id)
        invitation = Invitation(
            organization_id=lea.organization_id,
            invited_by_id=lea.id,
            typed="nour@example.org",
            canonical="nour@example.org",
            rights=["documents:read"],
            created_at=clock.now(),
            expires_at=clock.now() + timedelta(days=7),
        )
        db.session.add(invitation)
        admission_id = Admission.ask(lea.organization_id, client.id, lea.id, clock.now())
        assert admission_id is not None
        Consent.grant(lea.id, client.id, lea.organization_id, scopes=["openid"], now=clock.now())
        db.session.commit()
        found = {
            "organization_id": lea.organization_id,
            "membership_id": colleague.membership_id,
            "invitation_id": invitation.id,
            "delegation_id": delegation.id,
            "admission_id": admission_id,
            "client_id": client.id,
            "account_id": lea.id,
            "firm_id": firm.id,
        }
        db.session.remove()
        proven = prove(Identity(letters.number, letters.siret, letters.code), Visitor("browser"), lea.id)
        assert isinstance(proven, UUID)
        return found | {"proven_id": proven}


@pytest.fixture
def eve(app: Flask) -> Member:
    """Who holds another company."""
    with app.app_context():
        return a_member(email="eve@example.org")


def addresses(app: Flask, theirs: dict[str, UUID], eve: Member) -> Iterator[Asked]:
    """Each address with a part that is somebody's; with one's own company and another's colleague in it too."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        parts = set(rule.arguments) - NOT_OF_ANYBODY
        if not parts or parts & BOUND_TO_A_BROWSER:
            continue
        assert parts <= set(theirs), f"{rule}: say in this test what {sorted(parts - set(theirs))} is of Léa's"
        mine = {"organization_id": eve.organization_id}
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            for own in [{}, mine] if len(parts) > 1 and "organization_id" in parts else [{}]:
                taken = {name: theirs[name] for name in parts} | own
                absent = {name: new_id() for name in parts} | own
                urls = [adapter.build(rule.endpoint, values, method=method) for values in (taken, absent)]
                yield Asked(method, *urls, tuple(str(one) for one in (*taken.values(), *absent.values())))


def answer(browser: Browser, asked: Asked, url: str, form: dict[str, str]) -> tuple[int, str, str]:
    """Status, where to, and the page, without what names this very request, and the ids that were typed."""
    options = {"data": form} if asked.method == "POST" else {}
    response = browser.client.open(url, method=asked.method, base_url=ISSUER, **options)
    page, place = response.get_data(as_text=True), response.headers.get("Location", "")
    for one in asked.ids:
        page, place = page.replace(one, "ID"), place.replace(one, "ID")
    page = re.sub(r"(<code[^>]*>)[\w-]{16}(</code>)", r"\1INCIDENT\2", page)
    page = re.sub(r'(name="csrf_token"[^>]*value=")[^"]*', r"\1TOKEN", page)
    page, place = (re.sub(r"/journey/[0-9a-f-]{36}", "/journey/ID", text) for text in (page, place))
    return response.status_code, place, page


def form_of(browser: Browser) -> dict[str, str]:
    """A token that is good in this browser, and something for every field."""
    token = browser.get("/organizations/attach").fields().get("csrf_token", "")
    typed = {"email": "mallory@example.org", "documents": "act", "holder": "y", "is_mine": "y", "rights": "legal:act"}
    return typed | {"csrf_token": token, "choice": "yes", "firm_name": "X", "siret": "73282932000074"}


@row("TRS-1")
def test_what_is_somebody_elses_looks_as_if_it_did_not_exist(app: Flask, lea_has: dict[str, UUID], eve: Member):
    browser = signed_in(app, eve)
    form, before = form_of(browser), contents(app)
    seen = 0
    for asked in addresses(app, lea_has, eve):
        theirs, nothing = (answer(browser, asked, url, form) for url in (asked.theirs, asked.nothing))
        assert theirs == nothing, asked
        assert theirs[0] in (303, 404, 410), asked
        seen += 1
    assert seen >= 18
    after = contents(app)
    assert {name for name in after if after[name] != before[name]} <= CHANGES_NOTHING


@row("TRS-1")
def test_nor_does_a_stranger_learn_anything(app: Flask, browser: Browser, lea_has: dict[str, UUID], eve: Member):
    form = form_of(browser)
    for asked in addresses(app, lea_has, eve):
        theirs, nothing = (answer(browser, asked, url, form) for url in (asked.theirs, asked.nothing))
        assert theirs == nothing, asked
