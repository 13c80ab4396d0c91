"""What one person of an unproven firm holds is the firm's once it is proven: as it was given, and for its people."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest

from idp import clock, db
from idp.accounts import memberships
from idp.accounts.models import Account
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.delegations.granting import answering, firms, models, reminding
from idp.delegations.granting.answering import Refusal
from idp.delegations.models import Delegation
from idp.proofs import links
from idp.registry.models import Organization
from tests.browser import Browser
from tests.builders import a_client, a_delegation, a_member, an_account, an_organization
from tests.companies import joins, signed_in
from tests.couriers import waiting
from tests.delegating import COMPTA, FIRM_SIRET, offers, the_delegation
from tests.idp.delegations.granting.test_answering import may_act
from tests.mailbox import link_in, mails_to
from tests.openings import activates, opens, two_letters
from tests.relying_party import RelyingParty
from tests.rows import row

RIGHTS = ["documents:read"]


@pytest.fixture
def offered(app, lea):
    """An offer to a mailbox of a firm that is in the register and was not proven; the path of its link."""
    with app.app_context():
        an_organization(kind="firm", name="Cabinet Exemple", siret=FIRM_SIRET)
    offers(signed_in(app, lea), lea.organization_id, documents="read", name="Chez Nour", email=COMPTA)
    return link_in(mails_to(app, COMPTA)[-1])


@pytest.fixture
def nour(app, offered):
    """Who accepted it, alone."""
    with app.app_context():
        who = an_account(email=COMPTA)
    browser = signed_in(app, who)
    browser.get(offered)
    browser.submit()
    return who


def the_firm():
    return db.db.session.query(Organization).filter_by(siret=FIRM_SIRET).one()


def proves(app):
    with app.app_context(), db.unit_of_work():
        firm = the_firm()
        assert firms.prove(firm, "REF-1")
        return firm.id


@row("DLG-4")
@pytest.mark.parametrize("by", ["letters", "operator"])
def test_what_one_person_held_is_the_firms_as_it_was_given(app, lea, nour, by):
    before = the_delegation(app)
    if by == "letters":
        with app.app_context():
            firm_id = the_firm().id
        browser = Browser(app)
        opens(browser, two_letters(app, firm_id), "sofia@example.org")
        activates(browser, app, "sofia@example.org")
        with app.app_context():
            sofia_id = Account.by_email("sofia@example.org").id
    else:
        firm_id = proves(app)
        sofia_id = joins(app, firm_id, "sofia@example.org", holder=True).who.id
    after = the_delegation(app)
    assert (after.firm_id, after.firm_name, after.held_by_id) == (firm_id, "Cabinet Exemple", None)
    kept = ("rights", "ends_on", "ends_at", "all_staff", "applications_allowed", "machine_allowed", "accepted_at")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert may_act(app, sofia_id, lea.organization_id) == [RIGHTS]
    assert may_act(app, nour.id, lea.organization_id) == []


@row("DLG-4", "TRS-3")
def test_who_is_none_of_the_firms_people_loses_it_at_once_and_is_told(app, lea, nour):
    with app.app_context():
        program = RelyingParty(app, a_client(backchannel_logout_uri="https://portal.example.org/told"))
    tokens = program.tokens_of(nour, organization=str(lea.organization_id))
    proves(app)
    assert program.refreshes(tokens["refresh_token"]).body["error"] == "invalid_grant"
    assert len(waiting(app)) == 1
    assert "demandez à un titulaire du cabinet de vous inviter" in mails_to(app, COMPTA)[-1].text


@row("DLG-4")
@pytest.mark.parametrize(("holder", "all_staff"), [(True, False), (False, True), (False, False)])
def test_who_is_one_of_the_firms_people_goes_on(app, lea, nour, holder: bool, all_staff: bool):
    with app.app_context(), db.unit_of_work():
        memberships.link(db.db.session.get(Account, nour.id), the_firm(), holder=holder, rights=("legal:read",))
        db.db.session.query(Delegation).one().all_staff = all_staff
    with app.app_context():
        program = RelyingParty(app, a_client())
    tokens = program.tokens_of(nour, organization=str(lea.organization_id))
    other = joins(app, the_delegation(app) and _id_of_firm(app), "clerk@example.org").who
    proves(app)
    assert program.refreshes(tokens["refresh_token"]).ok
    assert may_act(app, nour.id, lea.organization_id) == [RIGHTS]
    assert may_act(app, other.id, lea.organization_id) == ([RIGHTS] if all_staff else [])
    assert "rien d’autre ne change" in mails_to(app, COMPTA)[-1].text


@row("DLG-4")
def test_both_sides_are_told_and_the_audit_names_both(app, lea, nour):
    firm_id = proves(app)
    assert "Cabinet Exemple est maintenant un cabinet vérifié" in mails_to(app, lea.email)[-1].text
    one = the_delegation(app)
    assert one.firm_news == "proven"
    page = signed_in(app, lea).get(f"/organizations/{lea.organization_id}/delegations/{one.id}")
    assert "Cabinet non vérifié" not in page.text
    with app.app_context():
        (event,) = db.db.session.query(AuditEvent).filter_by(event=Event.DELEGATION_FOLLOWED)
        assert (event.organization_id, event.subject_id) == (lea.organization_id, nour.id)
        assert (event.details["firm"], event.details["held_by"]) == (str(firm_id), str(nour.id))


@row("DLG-4")
def test_an_offer_that_waits_goes_to_the_firms_holders_and_its_link_dies(app, lea, offered):
    firm_id = proves(app)
    with app.app_context():
        nour = an_account(email=COMPTA)
    assert signed_in(app, nour).get(offered).status == 410
    one = the_delegation(app)
    assert (one.firm_id, one.held_by_id, one.offered_to, one.firm_news) == (firm_id, None, None, "offered")
    sofia = joins(app, firm_id, "sofia@example.org", holder=True).who
    assert "attend votre réponse" in signed_in(app, sofia).get("/delegations").text


@pytest.mark.parametrize("deed", ["suspended", "ended", "lapsed", "another SIRET"])
def test_what_does_not_live_or_is_anothers_stays_as_it_is(app, lea, nour, deed: str):
    changes = {
        "suspended": {"suspended_at": clock.now(), "suspended_by": "operator"},
        "ended": {"ended_at": clock.now(), "ended_why": "by_member"},
        "lapsed": {"accepted_at": None, "lapses_at": clock.now() - timedelta(days=1)},
        "another SIRET": {"firm_siret": "99900002900010"},
    }[deed]
    with app.app_context(), db.unit_of_work():
        db.db.session.query(Delegation).update(changes)
    firm_id = proves(app)
    one = the_delegation(app)
    assert one.firm_id == (firm_id if deed == "suspended" else None)
    assert one.suspended_by == ("operator" if deed == "suspended" else None)
    if deed == "suspended":
        sofia = joins(app, firm_id, "sofia@example.org", holder=True).who
        assert may_act(app, sofia.id, lea.organization_id) == []


def test_what_was_given_while_its_firm_was_proven_follows_in_the_night(app, lea, nour):
    with app.app_context(), db.unit_of_work():
        the_firm().proven_at = clock.now()  # by a transaction that saw nothing of it yet
    with app.app_context(), db.unit_of_work():
        assert reminding.remind(10).followed == 1
        assert reminding.remind(10).followed == 0
    assert the_delegation(app).firm_id == _id_of_firm(app)


@row("DLG-4")
@pytest.mark.parametrize("turn", range(4))
def test_accepted_and_proven_at_once_it_is_the_firms(any_app, turn: int):
    app, both = any_app, Barrier(2)
    with app.app_context():
        company, nour = a_member().organization_id, an_account()
        firm_id = an_organization(kind="firm", siret=FIRM_SIRET).id
        waits = {"accepted_at": None, "offered_at": clock.now(), "lapses_at": clock.now() + timedelta(days=1)}
        said = {"firm_siret": FIRM_SIRET, "offered_to": nour.email, "firm_name": "Chez Nour"}
        one_id = a_delegation(company, None, **waits, **said).id
        secret = links.issue("delegation-offer", one_id, timedelta(days=1), bound_to=nour.email)
        db.db.session.commit()

    def accepts():
        with app.app_context():
            offer = answering.behind(secret)
            both.wait()
            if offer is None:
                return Refusal.DEAD
            with db.unit_of_work():
                return answering.accept_by_link(secret, offer, nour.id)

    def is_proven():
        with app.app_context():
            both.wait()
            with db.unit_of_work():
                return firms.prove(Organization.by_id(firm_id), "REF")

    with ThreadPoolExecutor(2) as threads:
        first, second = threads.submit(accepts), threads.submit(is_proven)
        refused, _ = first.result(), second.result()
    with app.app_context():
        one = models.by_id(one_id)
        assert (one.firm_id, one.held_by_id) == (firm_id, None)
        assert (one.accepted_at is None) == (refused is not None)
    assert may_act(app, nour.id, company) == []


def _id_of_firm(app):
    with app.app_context():
        return the_firm().id
