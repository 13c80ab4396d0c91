"""A firm's program acts for a client of the firm while nobody is there, where the delegation says so (RFC 9396 6)."""

import json
from datetime import date, timedelta
from uuid import uuid4

import pytest

from idp import clock
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.delegations.models import Delegation
from idp.oidc.models.client import Client
from idp.registry.models import Organization
from tests.browser import ISSUER
from tests.builders import a_delegation, a_member, a_program, an_api, an_organization
from tests.companies import signed_in
from tests.registers import a_siret
from tests.relying_party import RelyingParty, claims_of
from tests.rows import row

TYPE = f"{ISSUER}/organization"


@pytest.fixture
def api(app):
    with app.app_context():
        return an_api()


@pytest.fixture
def firm(app):
    """A proven firm."""
    with app.app_context():
        made = an_organization(kind="firm", name="Cabinet Exemple", siret=a_siret(900), proven_at=clock.now())
        return made.id


@pytest.fixture
def program(app, api, firm):
    """The firm's own program."""
    with app.app_context():
        return RelyingParty(app, a_program(api, firm=a_siret(900)))


@pytest.fixture
def company(app):
    """A company that is a client of the firm."""
    with app.app_context():
        return an_organization(name="Maçonnerie Exemple", siret=a_siret(3)).id


def lets(app, company, firm, **changes):
    """Let the firm's programs act for the company; the id of the delegation."""
    with app.app_context():
        values = {"machine_allowed": True, "firm_siret": a_siret(900), "ends_on": date(2099, 3, 31)}
        return a_delegation(company, firm, **(values | changes)).id


def asks(program, identifier, **member):
    """A token to act for that organization."""
    text = json.dumps([{"type": TYPE, "identifier": str(identifier), **member}])
    return program.asks_token(grant_type="client_credentials", authorization_details=text)


@row("DLG-1")
def test_its_token_names_the_company_the_rights_and_the_delegation(app, program, company, firm):
    delegation_id = lets(app, company, firm)
    reply = asks(program, company)
    assert reply.ok, reply.body
    (told,) = claims_of(reply["access_token"])["authorization_details"]
    assert (
        [told] == reply["authorization_details"] == program.introspects(reply["access_token"])["authorization_details"]
    )
    assert (told["identifier"], told["siret"], told["type"]) == (str(company), a_siret(3), TYPE)
    assert told["privileges"] == ["legal:read", "documents:read"]
    assert told["delegation"]["id"] == str(delegation_id)
    assert told["delegation"]["firm"] == {"id": str(firm), "siret": a_siret(900), "name": "Cabinet Exemple"}
    assert claims_of(reply["access_token"])["sub"] == program.portal.client_id


@pytest.mark.parametrize("kind", ["organization", TYPE])
def test_the_company_is_named_by_its_id_or_its_siret_and_answered_alike(app, program, company, firm, kind):
    lets(app, company, firm)
    for identifier in (str(company), f"0009:{a_siret(3)}", a_siret(3)):
        text = json.dumps([{"type": kind, "identifier": identifier}])
        reply = program.asks_token(grant_type="client_credentials", authorization_details=text)
        assert reply["authorization_details"][0]["identifier"] == str(company)


@row("DLG-3")
@pytest.mark.parametrize(
    "changes",
    [
        {"machine_allowed": False},
        {"accepted_at": None},
        {"suspended_at": "now"},
        {"ended_at": "now"},
        {"ends_at": "now"},
        {"starts_at": "later"},
    ],
    ids="-".join,
)
def test_without_such_a_delegation_it_gets_what_is_said_of_no_company_at_all(app, program, company, firm, changes):
    when = {"now": clock.now(), "later": clock.now() + timedelta(days=1)}
    lets(app, company, firm, **{name: when.get(value, value) for name, value in changes.items()})
    refused, nothing = asks(program, company), asks(program, uuid4())
    assert refused.error == nothing.error == "invalid_authorization_details"
    assert (refused.status, refused.body) == (nothing.status, nothing.body)


@row("DLG-3")
def test_a_program_of_another_firm_or_of_none_gets_nothing(app, api, company, firm):
    lets(app, company, firm)
    with app.app_context():
        an_organization(kind="firm", siret=a_siret(901), proven_at=clock.now())
        others = [a_program(api, firm=a_siret(901)), a_program(api)]
    for other in others:
        assert asks(RelyingParty(app, other), company).error == "invalid_authorization_details"


@row("OID-13")
@pytest.mark.parametrize("what", ["ended_at", "suspended_at", "machine_allowed"])
def test_what_ends_is_refused_at_once(app, program, company, firm, what):
    delegation_id = lets(app, company, firm)
    token = asks(program, company)["access_token"]
    assert program.introspects(token)["active"] is True
    with app.app_context(), unit_of_work():
        setattr(db.session.get(Delegation, delegation_id), what, False if what == "machine_allowed" else clock.now())
    assert program.introspects(token).body == {"active": False}
    assert asks(program, company).error == "invalid_authorization_details"


@row("OID-13")
@pytest.mark.parametrize("closed", ["company", "firm"])
def test_so_it_is_when_the_company_or_the_firm_closes(app, program, company, firm, closed):
    lets(app, company, firm)
    token = asks(program, company)["access_token"]
    with app.app_context(), unit_of_work():
        db.session.get(Organization, {"company": company, "firm": firm}[closed]).closed_at = clock.now()
    assert program.introspects(token).body == {"active": False}
    assert asks(program, company).error == "invalid_authorization_details"


def test_so_it_is_when_the_client_belongs_to_the_firm_no_more(app, program, company, firm):
    lets(app, company, firm)
    token = asks(program, company)["access_token"]
    with app.app_context(), unit_of_work():
        Client.by_client_id(program.portal.client_id).organization_id = None
    assert program.introspects(token).body == {"active": False}


@row("DLG-3")
def test_it_has_the_rights_that_it_asks_for_as_far_as_they_were_delegated(app, program, company, firm):
    delegation_id = lets(app, company, firm)
    reply = asks(program, company, privileges=["legal:read", "legal:act"])
    assert reply["authorization_details"][0]["privileges"] == ["legal:read"]
    assert asks(program, company, privileges=["employees:act"]).error == "invalid_authorization_details"
    with app.app_context(), unit_of_work():
        db.session.get(Delegation, delegation_id).rights = ["documents:read"]
    assert program.introspects(reply["access_token"]).body == {"active": False}


@row("DLG-1")
def test_no_token_outlives_the_delegation(app, program, company, firm):
    ends_at = clock.now() + timedelta(seconds=90)
    lets(app, company, firm, ends_at=ends_at)
    reply = asks(program, company)
    assert reply["expires_in"] <= 90
    assert claims_of(reply["access_token"])["exp"] <= ends_at.timestamp()


def test_a_siret_that_means_two_companies_means_none(app, program, company, firm):
    with app.app_context():
        twin = an_organization(siret=a_siret(3)).id
    for one in (company, twin):
        lets(app, one, firm)
    assert asks(program, a_siret(3)).error == "invalid_authorization_details"
    assert asks(program, twin).ok


def test_of_two_delegations_the_one_that_lasts_longest_is_used(app, program, company, firm):
    lets(app, company, firm, ends_at=clock.now() + timedelta(days=1))
    longest = lets(app, company, firm, ends_at=clock.now() + timedelta(days=9))
    assert asks(program, company)["authorization_details"][0]["delegation"]["id"] == str(longest)


@pytest.mark.parametrize(
    "text", ["x", "{}", "[]", '[{"type": "x"}]', '[{"type": "organization"}]', '[{"type": "organization", "a": 1}]']
)
def test_what_is_malformed_is_refused(program, text):
    reply = program.asks_token(grant_type="client_credentials", authorization_details=text)
    assert (reply.status, reply.error) == (400, "invalid_authorization_details")


def test_it_is_written_down_with_the_company_and_the_delegation(app, program, company, firm):
    delegation_id = lets(app, company, firm)
    asks(program, company)
    with app.app_context():
        found = db.session.query(AuditEvent).filter_by(event="oidc:token:issued_to_client").one()
        assert (found.organization_id, found.details["delegation"]) == (company, str(delegation_id))


def test_a_holder_lets_the_programs_of_a_firm_act_and_its_own_holder_accepts(app, program, firm):
    with app.app_context():
        company = an_organization(siret=a_siret(4))
        lea, clara = a_member(company), a_member(db.session.get(Organization, firm))
    place = f"/organizations/{lea.organization_id}/delegations"
    holder = signed_in(app, lea)
    holder.get(f"{place}/offer")
    holder.submit(siret=a_siret(900))
    assert "machine_allowed" in holder.page.text
    holder.submit(documents="read", machine_allowed="y")
    assert "Ses logiciels peuvent travailler seuls" in holder.page.text
    holder.submit()
    assert asks(program, lea.organization_id).error == "invalid_authorization_details"
    with app.app_context():
        one = db.session.query(Delegation).one()
    accountant = signed_in(app, clara)
    accountant.get(f"/delegations/{one.id}/accept")
    accountant.submit()
    assert asks(program, lea.organization_id)["authorization_details"][0]["privileges"] == ["documents:read"]
