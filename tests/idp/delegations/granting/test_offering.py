"""A holder offers a delegation: a draft, read once more, confirmed with a fresh password, and told to both sides."""

from datetime import timedelta

import pytest

from idp import clock
from idp.accounts.colleagues import belonging
from idp.accounts.colleagues.holding import held_by
from idp.accounts.models import RIGHTS
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.delegations.granting import offering, terms
from idp.delegations.models import Delegation
from idp.errors import NotFound
from tests.builders import a_delegation, a_member, an_organization
from tests.companies import joins, signed_in
from tests.delegating import COMPTA, FIRM_SIRET, a_proven_firm, drafts, offers, the_accountant, the_delegation
from tests.mailbox import link_in, mails_to
from tests.registers import a_siret
from tests.rows import row


@row("DLG-1")
def test_a_holder_offers_some_menus_to_a_proven_firm(app, lea):
    sofia = the_accountant(app)
    browser = signed_in(app, lea)
    page = offers(browser, lea.organization_id, documents="act", legal="read")
    assert "En attente de la réponse" in page.text
    one = the_delegation(app)
    assert one.rights == ["legal:read", "documents:read", "documents:act"]
    assert (one.firm_id, one.granted_by_id) == (sofia.organization_id, lea.id)
    assert (one.accepted_at, one.firm_news) == (None, "offered")
    assert "Vous avez proposé à Cabinet Exemple" in mails_to(app, lea.email)[-1].text
    with app.app_context():
        (event,) = db.session.query(AuditEvent).filter_by(event=Event.DELEGATION_OFFERED)
        assert (event.actor_id, event.organization_id) == (lea.id, lea.organization_id)
        assert event.details["firm"] == str(sofia.organization_id)


@row("A11-5")
def test_nothing_is_sent_before_all_of_it_was_read_once_more(app, lea):
    the_accountant(app)
    browser = signed_in(app, lea)
    page = drafts(browser, lea.organization_id, documents="act")
    assert "Relisez avant d’envoyer" in page.text
    assert "Documents : consulter et agir" in page.text
    assert the_delegation(app).offered_at is None
    assert mails_to(app, lea.email) == []
    draft = page.url.replace("/review", "/draft")
    assert '<option selected value="act">' in browser.get(draft).text
    browser.submit(documents="read")
    assert "Documents : consulter</li>" in browser.page.text
    browser.get(draft)
    browser.submit(choice="give-up")
    assert "Brouillon" not in browser.page.text
    assert browser.get(page.url).status == 404


@row("DLG-1")
def test_the_password_is_asked_for_again_before_it_is_offered(app, lea):
    the_accountant(app)
    browser = signed_in(app, lea)
    review = drafts(browser, lea.organization_id).url
    with clock.travel(timedelta(minutes=11)):
        page = browser.submit()
        assert "password" in page.fields()
        assert the_delegation(app).offered_at is None
        page = browser.submit(email=lea.email, password=lea.password)
        assert page.url == review
        browser.submit()
        assert the_delegation(app).offered_at is not None


@row("DLG-3")
def test_a_colleague_offers_nothing(app, lea):
    the_accountant(app)
    ines = joins(app, lea.organization_id, "ines@example.org")
    browser = signed_in(app, ines.who)
    place = f"/organizations/{lea.organization_id}/delegations"
    assert browser.get(place).status == browser.get(f"{place}/offer").status == 404
    token = browser.get("/organizations/attach").fields()["csrf_token"]
    assert browser.post(f"{place}/offer", {"csrf_token": token, "siret": FIRM_SIRET}).status == 404


@row("DLG-4")
def test_an_offer_to_a_proven_firm_reaches_its_holders_and_no_address_that_was_typed(app, lea):
    the_accountant(app)
    browser = signed_in(app, lea)
    offers(browser, lea.organization_id, documents="read", email=COMPTA, name="Un autre cabinet")
    assert mails_to(app, COMPTA) == []
    assert the_delegation(app).firm_name == "Cabinet Exemple"


@row("DLG-4")
def test_a_firm_proven_while_it_was_drafted_gets_no_link(app, lea):
    browser = signed_in(app, lea)
    drafts(browser, lea.organization_id, documents="read", name="Cabinet Neuf", email=COMPTA)
    with app.app_context():
        firm_id = a_proven_firm().id
    browser.submit()
    assert mails_to(app, COMPTA) == []
    assert the_delegation(app).firm_id == firm_id


def test_a_firm_of_the_register_that_is_not_proven_is_asked_for_by_its_address(app, lea):
    with app.app_context():
        an_organization(kind="firm", siret=FIRM_SIRET, name="Cabinet Exemple")
    browser = signed_in(app, lea)
    page = drafts(browser, lea.organization_id, documents="read")
    assert page.status == 422
    assert "l’adresse mail de votre comptable" in page.text
    browser.submit(documents="read", name="Mon comptable", email=COMPTA)
    assert "Cabinet non vérifié" in browser.page.text
    browser.submit()
    (mail,) = mails_to(app, COMPTA)
    assert "Léa Martin souhaite que vous agissiez" in mail.text
    assert link_in(mail).startswith("/delegation-offer/")
    assert the_delegation(app).firm_id is None


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"documents": ""}, "au moins une rubrique"),
        ({"documents": "read", "ends_on": "2001-01-01"}, "déjà passé"),
        ({"documents": "read", "ends_on": "9999-12-31"}, "C’est trop loin"),
        ({"documents": "read", "ends_on": "demain"}, "Not a valid date"),
        ({"documents": "burn"}, "Not a valid choice"),
    ],
    ids=["no rights", "past", "too far", "no day", "no deed"],
)
def test_what_is_wrong_is_said(app, lea, typed, words):
    the_accountant(app)
    page = drafts(signed_in(app, lea), lea.organization_id, **typed)
    assert page.status == 422
    assert words in page.text or "erreur" in page.text.lower()


def test_no_second_one_for_the_same_firm_and_none_for_oneself(app, lea):
    the_accountant(app)
    browser = signed_in(app, lea)
    offers(browser, lea.organization_id)
    assert "déjà une délégation" in drafts(browser, lea.organization_id).text
    with app.app_context():
        owner = a_member(an_organization(siret=a_siret(31)), email="noe@example.org")
    assert "votre propre entreprise" in drafts(signed_in(app, owner), owner.organization_id, a_siret(31)).text


def test_one_address_gets_no_more_mails_than_any_other_form_would_send_it(app, lea):
    browser = signed_in(app, lea)
    for number in range(4):
        drafts(browser, lea.organization_id, a_siret(40 + number), documents="read", name="Cabinet", email=COMPTA)
        browser.submit()
    assert "Trop de mails" in browser.page.text
    assert len(mails_to(app, COMPTA)) == 3


def test_as_many_may_wait_as_fifty(app, lea):
    with app.app_context():
        now = clock.now()
        ids = {"organization_id": lea.organization_id, "firm_siret": FIRM_SIRET, "firm_name": "Cabinet"}
        times = {"created_at": now, "starts_at": now, "ends_on": now.date(), "ends_at": now + timedelta(1)}
        db.session.add_all([Delegation(**ids, origin="offer", rights=[], **times) for _ in range(50)])
        db.session.commit()
    assert "Trop de délégations" in drafts(signed_in(app, lea), lea.organization_id).text


@row("A11-5")
def test_what_another_holder_changed_meanwhile_is_read_once_more(app, lea):
    the_accountant(app)
    paul = joins(app, lea.organization_id, "paul@example.org", holder=True).who
    browser, other = signed_in(app, lea), signed_in(app, paul)
    review = drafts(browser, lea.organization_id, documents="read").url
    other.get(review.replace("/review", "/draft"))
    other.submit(legal="act", documents="read")
    page = browser.submit()
    assert (page.status, the_delegation(app).offered_at) == (422, None)
    assert "a été changée entre-temps" in page.text
    assert "Informations légales et déclarations : consulter et agir" in page.text
    browser.submit()
    assert the_delegation(app).rights == ["legal:read", "legal:act", "documents:read"]


@row("A11-5")
def test_what_was_offered_a_moment_ago_is_not_changed_any_more(app, lea):
    the_accountant(app)
    offers(signed_in(app, lea), lea.organization_id, documents="read")
    with app.app_context():
        held, one = held_by(lea.id, lea.organization_id), db.session.query(Delegation).one()
        with pytest.raises(NotFound):
            offering.fill(held, one, terms.of(RIGHTS, one.ends_on))
        db.session.rollback()
    assert the_delegation(app).rights == ["documents:read"]


@row("DLG-3")
@pytest.mark.parametrize("deed", ["end", "demote"])
def test_an_offer_is_worth_what_its_writer_is_until_it_is_answered(app, lea, deed):
    sofia = the_accountant(app)
    paul = joins(app, lea.organization_id, "paul@example.org", holder=True)
    browser = signed_in(app, paul.who)
    offers(browser, lea.organization_id, a_siret(31), documents="read", name="Cabinet Neuf", email=COMPTA)
    offers(browser, lea.organization_id, documents="read")
    with app.app_context(), unit_of_work():
        held = held_by(lea.id, lea.organization_id)
        if deed == "end":
            belonging.end(held, paul.membership_id)
        else:
            belonging.change(held, paul.membership_id, holder=False, rights=["legal:read"])
        assert {one.ended_why for one in db.session.query(Delegation)} == {"withdrawn"}
    assert signed_in(app, sofia).get(f"/delegations/{the_delegation(app).id}/accept").status == 404
    assert browser.get(link_in(mails_to(app, COMPTA)[-1])).status == 410


@row("DLG-3")
def test_a_mandate_in_force_goes_on_when_its_writer_leaves(app, lea):
    sofia = the_accountant(app)
    paul = joins(app, lea.organization_id, "paul@example.org", holder=True)
    with app.app_context(), unit_of_work():
        a_delegation(lea.organization_id, sofia.organization_id, granted_by_id=paul.who.id)
        belonging.leave(paul.who.id, lea.organization_id)
    assert the_delegation(app).ended_at is None
