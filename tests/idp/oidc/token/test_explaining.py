"""`idp clients explain`: what it says is what comes out, and nothing is kept of it."""

import json

import pytest

from app import cli
from idp.accounts.models import Account
from idp.db import db
from idp.delegations.models import StaffAssignment
from idp.oidc.models.client import Client
from idp.oidc.models.grant import Grant
from idp.oidc.models.subject import Subject
from tests.browser import Browser
from tests.builders import READ, a_client, a_delegation, a_member, an_account, an_organization, membership
from tests.journeys.test_every_get import contents
from tests.relying_party import RelyingParty, claims_of

SCOPE = "openid profile email phone organization"


@pytest.fixture
def explain(app, portal):
    """Run the command for the portal, without its answer being kept."""

    def run(email, organization=None, *words, client=portal.client_id):
        named = ["--organization", str(organization)] if organization else []
        command = ["clients", "explain", "--client", client, "--account", email, *named, *words]
        before = contents(app)
        done = app.test_cli_runner().invoke(cli, command)
        assert contents(app) == before
        return done

    return run


def told(done):
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def comes_out(app, portal, who, organization_id):
    """The tokens of a real sign-in, as the client reads them."""
    program = RelyingParty(app, portal)
    reply = program.tokens_of(who, Browser(app), scope=SCOPE, organization=str(organization_id))
    userinfo = program.userinfo(reply["access_token"]).body
    return program.checks(reply), userinfo, claims_of(reply["access_token"])


@pytest.mark.parametrize("who", ["holder", "colleague", "clerk"])
def test_what_it_says_is_what_comes_out(app, portal, lea, explain, who):
    with app.app_context():
        person = lea
        if who == "colleague":
            person = an_account()
            membership(person.id, lea.organization_id, holder=False)
        if who == "clerk":
            person = a_member(an_organization(kind="firm"), holder=False)
            one = a_delegation(lea.organization_id, person.organization_id, all_staff=False)
            ids = {"delegation_id": one.id, "account_id": person.id}
            db.session.add(StaffAssignment(**ids, rights=READ[:1], assigned_at=one.created_at))
            db.session.commit()
    said = told(explain(person.email, lea.organization_id, "--json"))
    id_token, userinfo, access = comes_out(app, portal, person, lea.organization_id)
    assert said["outcome"] == "tokens"
    assert {"sub": userinfo["sub"], **said["userinfo"]} == userinfo
    assert said["id_token"] == {"organization": id_token["organization"]}
    assert said["access_token"]["authorization_details"] == access["authorization_details"]
    assert set(said["because"]) == set(said["userinfo"])


def test_the_sub_is_the_one_that_is_stored_or_none_yet(app, portal, lea, explain):
    assert told(explain(lea.email, None, "--json"))["sub"] is None
    _, userinfo, _ = comes_out(app, portal, lea, lea.organization_id)
    assert told(explain(lea.email, None, "--json"))["sub"] == userinfo["sub"]
    with app.app_context():
        assert db.session.query(Subject).count() == 1
        assert db.session.query(Grant).count() == 1


def test_what_is_not_theirs_is_denied_and_a_choice_is_named(app, lea, explain):
    with app.app_context():
        other, second = an_organization().id, an_organization().id
    assert told(explain(lea.email, other, "--json"))["outcome"] == "access_denied"
    with app.app_context():
        membership(lea.id, second)
    assert told(explain(lea.email, None, "--json"))["outcome"] == "account_selection_required"


def test_a_scope_that_the_client_lacks_is_named(app, lea, explain):
    with app.app_context():
        firm = a_client(first_party=False, scopes=("openid", "profile")).client_id
    said = told(explain(lea.email, None, "--scope", "openid", "--scope", "email", "--json", client=firm))
    assert "not registered to the client: email" in said["why"]
    assert any("a partner" in one for one in said["why"])
    assert said["userinfo"] == {}


def test_without_json_each_claim_stands_with_its_reason(lea, explain):
    text = explain(lea.email, lea.organization_id).output
    assert "holder, every right" in text
    assert "(scope email: the address that the person signs in with" in text
    assert "ID token too  organization" in text


@pytest.mark.parametrize("column", ["suspended_at", "closed_at"])
def test_who_may_not_be_used_gets_the_other_command(app, lea, explain, column):
    with app.app_context():
        account = db.session.get(Account, lea.id)
        setattr(account, column, account.created_at)
        db.session.commit()
    assert "idp accounts explain" in explain(lea.email).output


def test_a_client_that_is_none_and_a_company_that_is_none_are_said(app, portal, lea, explain):
    assert "no organization is" in explain(lea.email, "nowhere").output
    with app.app_context():
        found = db.session.get(Client, portal.id)
        found.disabled_at = found.created_at
        db.session.commit()
    assert "disabled" in explain(lea.email).output
