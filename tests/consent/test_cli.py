"""`idp consents`, as an operator runs it."""

import json

import pytest

from consent import cli
from consent.models import Consent
from idp.accounts.models import RIGHTS
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db
from tests.builders import a_client
from tests.relying_party import RelyingParty

ACTING = ("--operator", "Karim")


@pytest.fixture
def firm(app, browser, lea):
    """A partner's application that Léa allowed, with its tokens."""
    with app.app_context():
        program = RelyingParty(app, a_client(name="Paie", first_party=False, client_id="paie"))
    browser.signs_in(lea, program.portal, scope="openid profile organization offline_access")
    return program, program.redeems(browser.submit(choice="allow").answer["code"])


@pytest.fixture
def idp(app):
    """Run a command; its result."""
    return lambda *words: app.test_cli_runner().invoke(cli.consents, words)


def said(result):
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_what_a_person_allowed_is_listed_and_what_a_client_was_given(idp, firm, lea):
    (by_person,) = said(idp("list", lea.email, "--json"))
    (by_client,) = said(idp("list", "--client", "paie", "--json"))
    assert by_person == by_client
    assert (by_person["client_id"], by_person["account_id"]) == ("paie", str(lea.id))
    assert by_person["organization_id"] == str(lea.organization_id)
    assert "offline_access" in by_person["scopes"]
    assert by_person["rights"] == list(RIGHTS)


def test_it_is_listed_for_people_too(idp, firm, lea):
    lines = idp("list", lea.email).stdout.splitlines()
    assert [line.split("\t")[1] for line in lines] == ["paie"]


def test_taking_it_back_ends_every_grant_under_the_operators_name(app, idp, firm, lea):
    program, tokens = firm
    (taken,) = said(idp("withdraw", lea.email, "--client", "paie", "--json", *ACTING))
    assert (taken["client_id"], taken["grants_ended"]) == ("paie", 1)
    assert program.refreshes(tokens["refresh_token"]).error == "invalid_grant"
    assert said(idp("list", lea.email, "--json")) == []
    with app.app_context():
        (event,) = db.session.query(AuditEvent).filter_by(event=Event.CONSENT_WITHDRAWN)
        assert (event.operator, event.subject_id) == ("Karim", lea.id)
        assert db.session.query(Consent).one().withdrawn_at is not None


def test_without_a_client_everything_is_taken_back(app, browser, idp, firm, lea):
    with app.app_context():
        second = RelyingParty(app, a_client(name="Agenda", first_party=False))
    browser.asks(second.portal, scope="openid")
    browser.submit(choice="allow")
    assert len(said(idp("withdraw", lea.email, "--json", *ACTING))) == 2


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("list",), "name a person"),
        (("list", "nobody@example.org"), "no account"),
        (("list", "--client", "nothing"), "no client is named"),
        (("withdraw", "nobody@example.org", *ACTING), "no account"),
        (("withdraw", "@", *ACTING), "no account"),
    ],
)
def test_whoever_is_not_known_is_said_to_be_unknown(idp, words, reason):
    result = idp(*words)
    assert result.exit_code != 0
    assert reason in result.output


def test_nothing_to_take_back_is_an_error(idp, firm, lea):
    idp("withdraw", lea.email, *ACTING)
    assert idp("withdraw", lea.email, *ACTING).exit_code == 1


def test_nobody_takes_anything_back_without_a_name(idp, firm, lea):
    assert "--operator" in idp("withdraw", lea.email).output
