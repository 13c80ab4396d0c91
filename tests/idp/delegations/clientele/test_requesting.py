"""A proven firm asks a company: within a budget, and nothing tells whether there is such a company."""

from datetime import timedelta

import pytest

from idp import clock
from idp.db import db
from idp.delegations.clientele import requesting
from idp.delegations.mandates.models import Mandate, Wish
from idp.delegations.models import Delegation
from idp.settings import Settings
from tests.builders import a_delegation, a_member, an_organization
from tests.companies import joins, signed_in
from tests.delegating import FIRM_SIRET, does, the_accountant, the_delegation
from tests.mailbox import mails_to
from tests.registers import a_siret
from tests.rows import row

COMPANY = a_siret(77)


@pytest.fixture
def noe(app):
    """The holder of a company that may be asked."""
    with app.app_context():
        return a_member(an_organization(siret=COMPANY, name="Charpente Noé"), email="noe@example.org")


@pytest.fixture
def sofia(app):
    return the_accountant(app)


def asks(browser, sofia, siret=COMPANY, **typed):
    browser.get(f"/organizations/{sofia.organization_id}/clients/ask")
    return browser.submit(siret=siret, **(typed or {"documents": "read"}))


@row("DLG-1", "DLG-4")
def test_the_company_is_asked_and_its_holder_accepts(app, sofia, noe):
    firm = signed_in(app, sofia)
    assert "Si cette entreprise est adhérente" in asks(firm, sofia).text
    assert "demande à agir pour Charpente Noé" in mails_to(app, noe.email)[-1].text
    one = the_delegation(app)
    assert (one.origin, one.created_by_id, one.granted_by_id) == ("request", sofia.id, None)
    assert "Charpente Noé" not in firm.get("/delegations").text
    does(signed_in(app, noe), one, "accept")
    assert the_delegation(app).granted_by_id == noe.id
    assert "Charpente Noé" in firm.get("/delegations").text
    with app.app_context():
        assert Mandate.few(sofia.id, clock.now(), Wish(siret=COMPANY))


@row("DLG-4")
def test_the_answer_is_the_same_for_a_company_that_does_not_exist(app, sofia, noe):
    firm = signed_in(app, sofia)
    there, nowhere, again = asks(firm, sofia).text, asks(firm, sofia, a_siret(78)).text, asks(firm, sofia).text
    assert there == nowhere == again
    assert len(mails_to(app, noe.email)) == 1
    lists = firm.get("/delegations").text
    assert "Charpente" not in lists
    with app.app_context():
        assert db.session.query(Delegation).filter(Delegation.firm_news.is_not(None)).count() == 0


@row("DLG-1")
def test_a_firm_answers_nothing_it_asked_itself(app, sofia, noe):
    firm = signed_in(app, sofia)
    asks(firm, sofia)
    one = the_delegation(app)
    for deed in ("accept", "refuse", "resume"):
        assert firm.get(f"/delegations/{one.id}/{deed}").status == 404


@row("DLG-4")
def test_a_firm_that_nobody_vouches_for_asks_nothing_nor_does_its_clerk(app, sofia):
    with app.app_context():
        other = a_member(an_organization(kind="firm", siret=a_siret(79)), email="other@example.org")
    clerk = joins(app, sofia.organization_id, "clerk@example.org").who
    for who, place in ((other, other.organization_id), (clerk, sofia.organization_id), (other, sofia.organization_id)):
        browser = signed_in(app, who)
        for page in ("ask", "file"):
            assert browser.get(f"/organizations/{place}/clients/{page}").status == 404


@row("DLG-4")
def test_a_firm_asks_so_many_companies_a_day(template, tmp_path):
    app = template.sqlite(tmp_path, delegation_requests_a_day=2)
    sofia = the_accountant(app)
    browser = signed_in(app, sofia)
    for number in (80, 81):
        assert asks(browser, sofia, a_siret(number)).status == 200
    assert "Continuez demain" in asks(browser, sofia, a_siret(82)).text
    assert Settings.model_fields["delegation_requests_a_day"].default == 500


def test_what_is_wrong_is_said(app, sofia):
    browser = signed_in(app, sofia)
    assert "14 chiffres" in asks(browser, sofia, "12", documents="read").text
    assert "au moins une rubrique" in asks(browser, sofia, documents="").text
    assert "déjà passé" in asks(browser, sofia, documents="read", ends_on="2001-01-01").text


def test_a_selection_is_asked_to_renew_once_a_week(app, sofia, noe):
    with app.app_context():
        one = a_delegation(noe.organization_id, sofia.organization_id)
        shown = str(one.id)
    browser = signed_in(app, sofia)
    browser.get("/delegations")
    form = browser.page.fields() | {"client": shown}
    assert "elles seules peuvent renouveler" in browser.post("/delegations/renewals", form).text
    browser.post("/delegations/renewals", form)
    browser.post("/delegations/renewals", form | {"client": "none"})
    (mail,) = mails_to(app, noe.email)
    assert "demande que vous renouveliez" in mail.text
    with clock.travel(requesting.AGAIN_AFTER + timedelta(minutes=1)):
        later = signed_in(app, sofia)
        later.get("/delegations")
        later.post("/delegations/renewals", later.page.fields() | {"client": shown})
    assert len(mails_to(app, noe.email)) == 2


def test_a_company_of_two_funds_is_asked_in_both(app, sofia, noe):
    with app.app_context():
        an_organization(siret=COMPANY)
    asks(signed_in(app, sofia), sofia)
    with app.app_context():
        assert db.session.query(Delegation).filter_by(firm_siret=FIRM_SIRET).count() == 2
