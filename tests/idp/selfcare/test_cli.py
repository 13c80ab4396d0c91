"""`idp organizations`, `idp memberships` and `idp members merge`."""

import json

import pytest

from app import cli
from idp import clock
from idp.accounts.models import Account, Membership
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, new_id
from idp.oidc.models.grant import Grant
from idp.registry.models import Fund
from tests.builders import a_delegation, an_account, an_organization
from tests.companies import joins, named
from tests.mailbox import mails_to
from tests.relying_party import RelyingParty
from tests.rows import row


@pytest.fixture
def run(app):
    """Run a command on this application, as Karim."""
    return lambda *words: app.test_cli_runner(env={"IDP_OPERATOR": "Karim"}).invoke(cli, words)


@pytest.fixture
def place(app, lea):
    """Léa's company, as an operator names it."""
    with app.app_context():
        held = named(lea.organization_id)
        fund = db.session.get(Fund, held.fund_id)
        return f"{fund.code}:{held.number}"


def links_of(app, email):
    with app.app_context():
        account = Account.by_email(email)
        return [(one.holder, one.rights) for one in Membership.of(account.id, clock.now())]


def test_a_company_is_shown_with_its_people_and_its_firms(app, run, lea, place):
    with app.app_context():
        a_delegation(lea.organization_id, an_organization(kind="firm").id)
    by_number = json.loads(run("organizations", "show", place, "--json").output)
    by_id = json.loads(run("organizations", "show", str(lea.organization_id), "--json").output)
    assert by_number == by_id
    assert [one["email"] for one in by_id["people"]] == [lea.email]
    assert (by_id["firms"][0]["state"], by_id["applications"]) == ("accepted", [])
    text = run("organizations", "show", place).output
    assert "people: 1" in text
    assert lea.email in text


@pytest.mark.parametrize("name", ["nowhere:M1", "what", str(new_id())], ids=["no fund", "no id", "nothing"])
def test_what_is_no_company_is_said(run, lea, name):
    result = run("organizations", "show", name)
    assert (result.exit_code, "no organization is" in result.output) == (1, True)


def test_a_person_is_linked_listed_and_the_link_ended(app, run, lea, place):
    with app.app_context():
        ines = an_account(email="ines@example.org")
    added = run("memberships", "add", ines.email, place, "--right", "documents:read")
    link = added.output.split()[1]
    assert links_of(app, ines.email) == [(False, ["documents:read"])]
    listed = json.loads(run("memberships", "list", "--organization", place, "--json").output)
    assert {one["membership"] for one in listed} >= {link}
    assert run("memberships", "end", link).output == f"ended: {link}\n"
    assert links_of(app, ines.email) == []
    ended = json.loads(run("memberships", "list", "--account", ines.email, "--json").output)
    assert [one["ended_at"] is not None for one in ended] == [True]
    assert "1 links" in run("memberships", "list", "--account", ines.email).output
    assert run("memberships", "end", link).exit_code == 1
    assert len(mails_to(app, ines.email)) == 1
    with app.app_context():
        assert {one.operator for one in db.session.query(AuditEvent).filter_by(event=Event.MEMBERSHIP_ENDED)} == {
            "Karim"
        }


def test_nobody_is_linked_without_rights_or_without_an_account(run, lea, place):
    assert "a colleague has rights" in run("memberships", "add", lea.email, place).output
    assert "no account" in run("memberships", "add", "nobody@example.org", place, "--holder").output
    assert run("memberships", "list").exit_code == 2


@row("TRS-3")
def test_a_link_moves_to_another_account_and_both_keep_their_sub(app, run, lea, portal):
    program = RelyingParty(app, portal)
    tokens = program.tokens_of(lea)
    with app.app_context():
        new = an_account(email="lea.new@example.org")
        link = db.session.query(Membership).filter_by(account_id=lea.id).one().id
    assert run("memberships", "move", str(link), "--to", new.email).exit_code == 0
    assert program.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    assert (links_of(app, lea.email), [holder for holder, _ in links_of(app, new.email)]) == ([], [True])
    hers = program.checks(program.tokens_of(new))["sub"]
    assert hers != program.checks(tokens)["sub"]
    with app.app_context():
        (moved,) = db.session.query(Membership).filter_by(account_id=new.id)
    assert "already" in run("memberships", "move", str(moved.id), "--to", new.email).output


def test_two_members_merge_by_their_numbers(app, run, lea, place):
    with app.app_context():
        held = named(lea.organization_id)
        other = an_organization(fund_id=held.fund_id)
        fund, number, ending_id = place.partition(":")[0], other.number, other.id
    joins(app, ending_id, "paul@example.org", holder=True)
    assert run("members", "merge", f"{fund}:{number}", place).output == "merged: 1 people, 0 sites\n"
    assert [holder for holder, _ in links_of(app, "paul@example.org")] == [True]
    assert "ended already" in run("members", "merge", f"{fund}:{number}", place).output
    with app.app_context():
        assert db.session.query(Grant).count() == 0
