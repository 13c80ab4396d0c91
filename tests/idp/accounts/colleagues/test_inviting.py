"""A holder invites a colleague: one address, some rights, once and for a while."""

from datetime import timedelta

import pytest

from idp import clock
from idp.accounts.colleagues.models import Invitation
from idp.accounts.models import Membership
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, new_id
from idp.upkeep import purging
from tests.builders import an_account, an_organization, membership
from tests.companies import INVITED, invites, joins, newest_invitation, signed_in
from tests.mailbox import mails_to
from tests.rows import row


def rights_waiting(app):
    with app.app_context():
        return [one.rights for one in db.session.query(Invitation).filter(Invitation.withdrawn_at.is_(None))]


def test_a_holder_invites_one_address_to_some_menus(app, lea):
    browser = signed_in(app, lea)
    page = invites(browser, lea.organization_id, INVITED, documents="read", absences="act")
    assert page.url == f"/organizations/{lea.organization_id}/people"
    assert INVITED in page.text
    (mail,) = mails_to(app, INVITED)
    assert "Léa Martin vous invite" in mail.text
    assert rights_waiting(app) == [["absences:read", "absences:act", "documents:read"]]
    with app.app_context():
        (event,) = db.session.query(AuditEvent).filter_by(event=Event.INVITATION_SENT)
        assert (event.actor_id, event.organization_id) == (lea.id, lea.organization_id)


@row("TRS-5")
def test_a_colleague_cannot_invite(app, lea):
    ines = joins(app, lea.organization_id, "ines@example.org")
    browser = signed_in(app, ines.who)
    assert browser.get(f"/organizations/{lea.organization_id}/people/invite").status == 404
    token = browser.get("/organizations/attach").fields()["csrf_token"]
    form = {"csrf_token": token, "email": INVITED, "documents": "read"}
    assert browser.post(f"/organizations/{lea.organization_id}/people/invite", form).status == 404
    assert mails_to(app, INVITED) == []


@row("TRS-5")
def test_nothing_that_the_form_does_not_offer_is_given(app, lea):
    browser = signed_in(app, lea)
    invites(browser, lea.organization_id, INVITED, documents="read", holder="y", rights="legal:act", legal="burn")
    assert browser.page.status == 422
    invites(browser, lea.organization_id, INVITED, documents="read", holder="y", rights="legal:act")
    assert rights_waiting(app) == [["documents:read"]]


@row("TRS-5")
def test_the_password_is_asked_for_again_and_what_was_typed_is_there_afterwards(app, lea):
    browser = signed_in(app, lea)
    browser.get(f"/organizations/{lea.organization_id}/people/invite")
    with clock.travel(timedelta(minutes=11)):
        page = browser.submit(email=INVITED, documents="act")
        assert "password" in page.fields()
        assert mails_to(app, INVITED) == []
        page = browser.submit(email=lea.email, password=lea.password)
        assert page.fields()["email"] == INVITED
        assert '<option selected value="act">' in page.text
        browser.submit(documents="act")
    assert len(mails_to(app, INVITED)) == 1


def test_a_page_opened_late_asks_for_the_password_first(app, lea):
    browser = signed_in(app, lea)
    with clock.travel(timedelta(minutes=11)):
        assert "password" in browser.get(f"/organizations/{lea.organization_id}/people/invite").fields()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"email": "nour", "documents": "read"}, "incomplète ou mal écrite"),
        ({"email": "", "documents": "read"}, "Saisissez l’adresse mail"),
        ({"email": INVITED}, "au moins une rubrique"),
    ],
    ids=["no address", "nothing", "no rights"],
)
def test_what_is_missing_is_said(app, lea, typed, words):
    browser = signed_in(app, lea)
    browser.get(f"/organizations/{lea.organization_id}/people/invite")
    page = browser.submit(**typed)
    assert page.status == 422
    assert words in page.text


def test_whoever_is_there_already_is_not_invited(app, lea):
    joins(app, lea.organization_id, INVITED)
    page = invites(signed_in(app, lea), lea.organization_id, INVITED.upper())
    assert "a déjà accès" in page.text
    assert mails_to(app, INVITED) == []


def test_a_second_invitation_takes_the_place_of_the_first(app, lea, browser):
    holder = signed_in(app, lea)
    invites(holder, lea.organization_id)
    first = newest_invitation(app)
    invites(holder, lea.organization_id, INVITED, legal="read")
    assert rights_waiting(app) == [["legal:read"]]
    assert browser.get(first).status == 410


def test_one_address_gets_no_more_mails_than_any_other_form_would_send_it(app, lea):
    browser = signed_in(app, lea)
    for _ in range(4):
        page = invites(browser, lea.organization_id)
    assert "Trop de mails" in page.text
    assert len(mails_to(app, INVITED)) == 3


def test_an_invitation_is_taken_back(app, lea, browser):
    holder = signed_in(app, lea)
    invites(holder, lea.organization_id)
    with app.app_context():
        (invitation_id,) = db.session.scalars(db.select(Invitation.id))
    holder.get(f"/organizations/{lea.organization_id}/people/invitations/{invitation_id}")
    assert INVITED not in holder.submit().text
    assert browser.get(newest_invitation(app)).status == 410
    with app.app_context():
        assert db.session.query(AuditEvent).filter_by(event=Event.INVITATION_WITHDRAWN).count() == 1


@row("TRS-1")
def test_an_invitation_of_another_company_is_none_of_ours(app, lea):
    holder = signed_in(app, lea)
    invites(holder, lea.organization_id)
    with app.app_context():
        (invitation_id,) = db.session.scalars(db.select(Invitation.id))
        other = an_organization()
        noe = an_account()
        membership(noe.id, other.id)
        here = f"/organizations/{other.id}/people/invitations"
    theirs = signed_in(app, noe)
    assert theirs.get(f"{here}/{invitation_id}").status == theirs.get(f"{here}/{new_id()}").status == 404
    with app.app_context():
        assert db.session.query(Invitation).filter(Invitation.withdrawn_at.is_not(None)).count() == 0
        assert db.session.query(Membership).count() == 2


def test_an_invitation_is_forgotten_a_month_after_its_end(app, lea):
    invites(signed_in(app, lea), lea.organization_id)
    for days, left in ((36, 1), (38, 0)):
        with app.app_context(), clock.travel(timedelta(days=days)):
            purging.purge()
            assert db.session.query(Invitation).count() == left
