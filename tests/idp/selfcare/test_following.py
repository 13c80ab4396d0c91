"""What the register changes of delegations."""

import pytest

from idp import clock
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.delegations.models import Delegation
from idp.extensions import house
from idp.oidc.models.grant import Grant
from tests.builders import a_delegation, a_member, an_organization, membership
from tests.companies import named
from tests.mailbox import mails_to
from tests.registers import a_siret
from tests.relying_party import RelyingParty
from tests.rows import row


@pytest.fixture
def firm(app):
    """A firm whose holder is Noé."""
    with app.app_context():
        return a_member(an_organization(kind="firm", name="Cabinet Exemple"), email="noe@example.org")


@pytest.fixture
def delegation(app, lea, firm):
    with app.app_context():
        return a_delegation(lea.organization_id, firm.organization_id).id


def closes(app, organization_id):
    with app.app_context(), unit_of_work():
        named(organization_id).closed_at = clock.now()
        db.session.flush()
        house.ended("organization", organization_id)


@pytest.mark.parametrize("side", ["member", "firm"])
@row("TRS-3")
def test_a_side_that_closes_ends_the_delegation_its_grants_and_the_other_is_told(
    app, lea, firm, delegation, portal, side
):
    program = RelyingParty(app, portal)
    tokens = program.tokens_of(firm, organization=str(lea.organization_id))
    closes(app, lea.organization_id if side == "member" else firm.organization_id)
    assert program.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    with app.app_context():
        found = db.session.get(Delegation, delegation)
        assert (found.ended_at is not None, found.ended_why) == (True, "closed")
        assert db.session.query(Grant).filter(Grant.ended_at.is_(None)).count() == 0
        assert db.session.query(AuditEvent).filter_by(event=Event.DELEGATION_REVOKED, reason="closed").count() == 1
    told = mails_to(app, firm.email if side == "member" else lea.email)
    assert [mail.subject for mail in told] != []


def test_other_delegations_of_the_same_firm_go_on(app, lea, firm, delegation):
    with app.app_context():
        other = an_organization()
        kept = a_delegation(other.id, firm.organization_id).id
    closes(app, lea.organization_id)
    with app.app_context():
        assert db.session.get(Delegation, kept).ended_at is None


def test_a_firm_that_moves_and_is_renamed_is_followed_by_the_import(any_app):
    with any_app.app_context():
        member, firm = an_organization(), an_organization(kind="firm")
        kept = a_delegation(member.id, firm.id).id
        firm.siret, firm.name = a_siret(77), "Cabinet Nouveau"
        db.session.commit()
        with unit_of_work():
            assert house.imported(member.id, {})["firms_followed"] == 1
        found = db.session.get(Delegation, kept)
        assert (found.firm_siret, found.firm_name) == (a_siret(77), "Cabinet Nouveau")
        with unit_of_work():
            assert house.imported(member.id, {})["firms_followed"] == 0


def test_what_ends_that_is_no_organization_is_none_of_its_business(app, lea, delegation):
    with app.app_context(), unit_of_work():
        house.ended("membership", membership(lea.id, an_organization().id).id)
        assert db.session.get(Delegation, delegation).ended_at is None


@row("TRS-4")
def test_a_siret_that_moves_changes_no_link_and_no_sub_and_tokens_say_the_new_one(app, lea, portal):
    program = RelyingParty(app, portal)
    tokens = program.tokens_of(lea)
    before = program.userinfo(tokens["access_token"]).body
    with app.app_context(), unit_of_work():
        named(lea.organization_id).siret = a_siret(78)
    after = program.userinfo(program.refreshes(tokens["refresh_token"])["access_token"]).body
    assert after["organization"]["siret"] == a_siret(78)
    assert (after["sub"], after["organization"]["id"]) == (before["sub"], before["organization"]["id"])
