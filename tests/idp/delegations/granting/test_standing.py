"""What stands is stopped, goes on, lasts longer or ends, by either side and at once; its grants end with it."""

from datetime import timedelta

import pytest

from idp import clock
from idp.db import db
from idp.delegations.granting import models, standing
from idp.delegations.granting.states import State, state
from idp.oidc.models.grant import Grant
from idp.registry.models import Organization
from tests.builders import a_delegation
from tests.companies import joins, signed_in
from tests.delegating import answers, does, the_accountant, the_delegation
from tests.mailbox import mails_to
from tests.relying_party import RelyingParty
from tests.rows import row


@pytest.fixture
def sofia(app):
    return the_accountant(app)


@pytest.fixture
def one(app, lea, sofia):
    """A delegation in force."""
    with app.app_context():
        a_delegation(lea.organization_id, sofia.organization_id, granted_by_id=lea.id)
    return the_delegation(app)


def stands(app):
    return state(the_delegation(app), clock.now())


@row("TRS-3", "DLG-1")
@pytest.mark.parametrize("deed", ["revoke", "suspend"])
def test_grants_end_in_the_same_transaction_whichever_side_acts(app, lea, sofia, one, portal, browser, deed):
    browser.signs_in(sofia, portal, organization=str(lea.organization_id))
    tokens = RelyingParty(app, portal).redeems(browser.page.answer)
    answers(signed_in(app, sofia), one, deed) if deed == "revoke" else does(signed_in(app, lea), one, deed)
    assert stands(app) is (State.REVOKED if deed == "revoke" else State.SUSPENDED)
    with app.app_context():
        grants = db.session.query(Grant).filter_by(delegation_id=one.id)
        assert [grant.ended_at is not None for grant in grants] == [True]
    assert tokens
    again = browser.asks(portal, organization=str(lea.organization_id))
    assert again.answer["error"] == "access_denied"


def test_each_side_resumes_what_it_stopped_itself(app, lea, sofia, one):
    company, firm = signed_in(app, lea), signed_in(app, sofia)
    does(company, one, "suspend")
    answers(firm, one, "resume")
    assert stands(app) is State.SUSPENDED
    does(company, one, "resume")
    assert stands(app) is State.STANDING
    answers(firm, one, "suspend")
    does(company, one, "resume")
    assert stands(app) is State.SUSPENDED
    answers(firm, one, "resume")
    assert stands(app) is State.STANDING


@row("DLG-3")
def test_nobody_but_an_operator_resumes_what_an_operator_stopped(app, lea, sofia, one):
    with app.app_context():
        found, organization = models.by_id(one.id), Organization.by_id(one.organization_id)
        assert standing.suspend(found, organization, standing.OPERATOR)
        db.session.commit()
    does(signed_in(app, lea), one, "resume")
    answers(signed_in(app, sofia), one, "resume")
    assert stands(app) is State.SUSPENDED
    with app.app_context():
        assert standing.resume_by_operator(models.by_id(one.id), Organization.by_id(one.organization_id))
        db.session.commit()
    assert stands(app) is State.STANDING


@row("DLG-1")
def test_to_give_needs_the_password_of_a_moment_ago_and_to_take_away_does_not(app, lea, one):
    browser = signed_in(app, lea)
    place = f"/organizations/{lea.organization_id}/delegations/{one.id}"
    with clock.travel(timedelta(minutes=11)):
        for deed in ("renew", "resume", "confirm", "accept"):
            assert "password" in browser.get(f"{place}/{deed}").fields()
        assert "Suspendue" in does(browser, one, "suspend").text
        assert "Arrêtée" in does(browser, one, "revoke").text


def test_two_clicks_renew_for_a_year(app, lea, one):
    with app.app_context():
        found = models.by_id(one.id)
        found.ends_on = clock.now().date()
        db.session.commit()
    browser = signed_in(app, lea)
    browser.get(f"/organizations/{lea.organization_id}/delegations/{one.id}/renew")
    assert "En cours" in browser.submit().text
    renewed = the_delegation(app)
    assert renewed.ends_on.year == clock.now().year + 1
    assert renewed.ends_at > clock.now() + timedelta(days=360)
    assert "est renouvelée" in mails_to(app, lea.email)[-1].text


def test_what_is_over_is_not_renewed(app, lea, one):
    browser = signed_in(app, lea)
    does(browser, one, "revoke")
    browser.get(f"/organizations/{lea.organization_id}/delegations/{one.id}/renew")
    browser.submit()
    assert stands(app) is State.REVOKED


@row("DLG-3")
def test_a_day_too_far_is_refused(app, lea, one):
    browser = signed_in(app, lea)
    browser.get(f"/organizations/{lea.organization_id}/delegations/{one.id}/renew")
    assert "C’est trop loin" in browser.submit(ends_on="2999-01-01").text
    assert the_delegation(app).ends_on == one.ends_on


@row("DLG-3")
def test_a_colleague_does_nothing_about_it(app, lea, one):
    ines = signed_in(app, joins(app, lea.organization_id, "ines@example.org").who)
    for deed in ("revoke", "suspend", "renew", ""):
        assert ines.get(f"/organizations/{lea.organization_id}/delegations/{one.id}/{deed}".rstrip("/")).status == 404


@row("DLG-3")
def test_what_was_delegated_is_delegated_no_further(app, lea, sofia, one):
    browser = signed_in(app, sofia)
    place = f"/organizations/{lea.organization_id}"
    for page in ("delegations", "delegations/offer", "people", "people/invite", f"delegations/{one.id}/renew"):
        assert browser.get(f"{place}/{page}").status == 404


def test_a_new_holder_confirms(app, lea, one):
    with app.app_context():
        models.by_id(one.id).confirm_by_at = clock.now() + timedelta(days=30)
        db.session.commit()
    browser = signed_in(app, lea)
    assert "Dites si vous le gardez" in browser.get(f"/organizations/{lea.organization_id}/delegations/{one.id}").text
    does(browser, one, "confirm")
    assert the_delegation(app).confirm_by_at is None
    does(browser, one, "confirm")
    assert len(mails_to(app, lea.email)) == 1


@row("DLG-3")
@pytest.mark.parametrize("by", [standing.MEMBER, standing.OPERATOR])
def test_a_firm_that_stopped_itself_is_not_out_of_reach(app, lea, sofia, one, by):
    """… or it would go on by itself, once nobody looks."""
    firm = signed_in(app, sofia)
    answers(firm, one, "suspend")
    if by == standing.MEMBER:
        assert "Reprendre" in does(signed_in(app, lea), one, "suspend").text
    else:
        with app.app_context():
            found = models.by_id(one.id)
            assert standing.suspend(found, Organization.by_id(one.organization_id), by)
            assert not standing.suspend(found, Organization.by_id(one.organization_id), standing.MEMBER)
            db.session.commit()
    answers(firm, one, "resume")
    assert stands(app) is State.SUSPENDED
    assert the_delegation(app).suspended_by == by
