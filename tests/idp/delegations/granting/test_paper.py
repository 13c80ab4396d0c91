"""A mandate signed on paper stands at once; an access of the former area, unless its holder lets it end."""

from datetime import timedelta

import pytest

from idp import clock
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db
from idp.delegations.granting import paper, terms
from idp.delegations.granting.paper import Mandate, Refusal
from idp.delegations.mandates.models import Mandate as Acting
from idp.delegations.mandates.models import Wish
from idp.delegations.models import Delegation
from idp.registry.letters.models import Notice
from idp.registry.letters.words import Told
from idp.settings import settings
from tests.builders import an_organization, the_account
from tests.companies import named, signed_in
from tests.delegating import FIRM_SIRET, a_proven_firm, does, the_accountant, the_delegation
from tests.mailbox import mails_to
from tests.rows import row


@pytest.fixture
def sofia(app):
    return the_accountant(app)


def a_mandate(organization, days=400, siret=FIRM_SIRET, rights=("documents:read",)):
    until = terms.today_of(organization) + timedelta(days=days)
    return Mandate(organization, siret, terms.of(rights, until), "REF-12")


def enter(organization, **changes):
    return paper.enter(a_mandate(organization, **changes), ["Documents : consulter"])


def may_act(app, account_id):
    with app.app_context():
        return bool(Acting.few(account_id, clock.now(), Wish(siret=None, search="maçonnerie")))


@row("DLG-2")
def test_a_company_without_an_account_is_acted_for_by_a_signed_mandate(app, sofia):
    with app.app_context():
        company = an_organization()
        one = enter(company)
        assert isinstance(one, Delegation)
        assert (one.origin, one.evidence, one.firm_news) == ("paper", "REF-12", "entered")
        db.session.commit()
        (event,) = db.session.query(AuditEvent).filter_by(event=Event.DELEGATION_ENTERED)
        assert event.details["evidence"] == "REF-12"
        (asked,) = db.session.query(AuditEvent).filter_by(event=Event.LETTERS_ASKED)
        assert (asked.reason, asked.details) == ("mandate", {"about": str(one.id)})
    assert may_act(app, sofia.id)


@row("DLG-2")
def test_its_letter_says_what_was_signed_and_nothing_that_opens_an_account(app, sofia):
    with app.app_context():
        company = an_organization()
        one = enter(company)
        (notice,) = db.session.query(Notice)
        assert (notice.organization_id, notice.about_id) == (company.id, one.id)
        said = str(Told(**notice.words))
        for words in ("Cabinet Exemple", FIRM_SIRET, "Documents : consulter", "inclus", "REF-12", "appelez-nous"):
            assert words in said
        assert company.number not in said
        assert company.siret not in said


def test_a_mandate_that_is_not_entered_sends_nothing(app, sofia):
    with app.app_context():
        company = an_organization()
        enter(company, days=-2)
        paper.take_over(a_mandate(company))
        assert enter(company) is Refusal.HERE
        assert db.session.query(Notice).count() == 0


def test_its_holder_is_told_where_there_is_one(app, lea, sofia):
    with app.app_context():
        enter(named(lea.organization_id))
        db.session.commit()
    assert "que vous avez signée sur papier" in mails_to(app, lea.email)[-1].text


@row("DLG-3")
def test_an_access_of_the_former_area_ends_unless_its_holder_confirms_it(app, lea, sofia):
    with app.app_context():
        paper.take_over(a_mandate(named(lea.organization_id)))
        db.session.commit()
    one = the_delegation(app)
    assert "par un accès donné avant vous" in mails_to(app, lea.email)[-1].text
    with app.app_context():
        late = settings.delegation_import_confirmed_within + timedelta(days=1)
    assert may_act(app, sofia.id)
    with clock.travel(late):
        assert not may_act(app, sofia.id)
    does(signed_in(app, lea), one, "confirm")
    with clock.travel(late):
        assert may_act(app, sofia.id)
    assert the_delegation(app).granted_by_id == lea.id


def test_what_cannot_be_entered_is_refused(app, sofia):
    with app.app_context():
        company, other = an_organization(), a_proven_firm(siret="99900002900010")
        assert enter(company, siret="99900003700013") is Refusal.NO_FIRM
        assert enter(company, days=-2) is terms.Fault.PAST
        assert enter(company, rights=()) is terms.Fault.NO_RIGHTS
        assert paper.take_over(a_mandate(other)) is Refusal.CLOSED
        assert isinstance(enter(company), Delegation)
        assert enter(company) is Refusal.HERE
        assert the_account(sofia).id == sofia.id
