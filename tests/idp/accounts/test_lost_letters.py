"""« Je n'ai pas reçu mes courriers »: the letters leave again, and whoever asks learns nothing."""

from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import pytest
from flask import Flask

from idp import clock
from idp.accounts import lost_letters
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.registry.models import EnrolmentCode, Organization
from idp.settings import settings
from tests.browser import ISSUER, Browser
from tests.builders import an_organization
from tests.counting import costs
from tests.rows import row
from tests.statements import asked

PAGE = "/lost-letters"
SIRET, OTHER = "73282932000074", "35600000000048"
MONTH = timedelta(days=30)


class Known(NamedTuple):
    """A member as the register knows it."""

    id: UUID
    number: str


@pytest.fixture
def member(any_app: Flask) -> Known:
    with any_app.app_context():
        return known(an_organization(siret=SIRET))


@pytest.fixture
def visitor(any_app: Flask) -> Browser:
    """A browser on the page."""
    found = Browser(any_app)
    found.get(PAGE)
    return found


def known(organization: Organization) -> Known:
    return Known(organization.id, organization.number)


def waiting(app: Flask, member: Known) -> int:
    with app.app_context():
        return len(EnrolmentCode.of(member.id))


def sent_from(visitor: Browser, number: str, siret: str = SIRET) -> tuple[int, list[tuple[str, str]], bytes]:
    """The answer to the form: its status, its headers but for the number of the request, and its bytes."""
    form = visitor.get(PAGE).fields() | {"number": number, "siret": siret}
    response = visitor.client.post(PAGE, data=form, base_url=ISSUER)
    headers = [(name, value) for name, value in response.headers if name not in ("X-Request-Id", "Date")]
    return response.status_code, headers, response.data


@pytest.mark.parametrize("form", [str, str.lower, lambda number: f"  {number} "], ids=["as printed", "low", "spaced"])
def test_letters_said_lost_leave_again_for_who_types_both_numbers(any_app, visitor, member, form):
    page = visitor.submit(number=form(member.number), siret="732 829 320 00074")
    assert (page.status, page.url) == (200, "/lost-letters/asked")
    assert "bien reçu votre demande" in page.text
    assert waiting(any_app, member) == 1


@row("OPN-4")
def test_letters_leave_once_in_thirty_days_however_often_they_are_asked_for(any_app, visitor, member):
    for days in range(0, 30, 7):
        with clock.travel(timedelta(days=days)):
            sent_from(visitor, member.number)
    with any_app.app_context(), unit_of_work():
        db.session.get(EnrolmentCode, EnrolmentCode.of(member.id)[0].id).code_hash = "printed"
    with clock.travel(MONTH - timedelta(minutes=1)):
        sent_from(visitor, member.number)
    assert waiting(any_app, member) == 1
    with clock.travel(MONTH + timedelta(minutes=1)):
        sent_from(visitor, member.number)
    assert waiting(any_app, member) == 2


@row("OPN-4")
def test_known_or_not_and_asked_for_lately_or_not_the_answer_is_the_same_bytes(any_app, visitor, member):
    tries = [(member.number, SIRET), (member.number, SIRET), (member.number, OTHER), ("NOBODY", SIRET)]
    answers = [sent_from(visitor, *typed) for typed in tries]
    assert answers[0][0] == 303
    assert all(answer == answers[0] for answer in answers)
    pages = {visitor.client.get("/lost-letters/asked", base_url=ISSUER).data for _ in answers}
    assert len(pages) == 1
    assert waiting(any_app, member) == 1


@row("OPN-4")
def test_known_or_not_and_asked_for_lately_or_not_the_work_is_the_same(any_app, visitor, member):
    sent_from(visitor, "NOBODY")
    tries = [(member.number, SIRET), (member.number, SIRET), (member.number, OTHER), ("NOBODY", SIRET)]
    spent = []
    for number, siret in tries:
        form = visitor.get(PAGE).fields() | {"number": number, "siret": siret}
        with costs(any_app) as counted, asked(any_app) as heard:
            visitor.client.post(PAGE, data=form, base_url=ISSUER)
        spent.append((heard.statements, heard.commits, counted.trips))
    assert spent[0][1:] == (1, 1)
    assert all(one == spent[0] for one in spent)


@row("OPN-4")
def test_one_network_asks_so_often_in_an_hour_and_then_nothing_is_looked_at(any_app, visitor, member):
    with any_app.test_request_context("/", environ_base={"REMOTE_ADDR": "127.0.0.1"}):
        assert all(lost_letters.ask("NOBODY", SIRET) for _ in range(settings.network_tries))
        db.session.rollback()
    with costs(any_app) as counted:
        page = visitor.submit(number=member.number, siret=SIRET)
    assert page.status == 422
    assert "Trop de demandes" in page.text
    assert not [statement for statement in counted.statements if "organization" in statement.lower()]
    assert waiting(any_app, member) == 0


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, ["Saisissez votre identifiant.", "Saisissez votre numéro de SIRET."]),
        ({"number": "M1", "siret": "73282932"}, ["Un numéro de SIRET a 14 chiffres"]),
        ({"number": "M1", "siret": "73282932000075"}, ["vérifiez chaque chiffre"]),
        ({"number": "M1", "siret": "7,32E+13"}, ["Un tableur"]),
        ({"number": "M1", "siret": "MONACOCONFO001"}, ["n’a que des chiffres"]),
        ({"number": "M" * 65, "siret": SIRET}, ["Identifiant trop long."]),
    ],
    ids=["nothing", "short", "mistyped", "spreadsheet", "letters", "long"],
)
def test_what_is_no_siret_is_said_and_what_was_typed_stays(app, browser, typed, said):
    browser.get(PAGE)
    page = browser.submit(**typed)
    assert page.status == 422
    assert [sentence for sentence in said if sentence in page.text] == said
    assert page.fields()["siret"] == typed.get("siret", "")


def test_a_number_that_several_funds_have_goes_to_the_member_of_that_siret(any_app, visitor, member):
    with any_app.app_context():
        namesake = known(an_organization(number=member.number, siret=OTHER))
    sent_from(visitor, member.number)
    assert (waiting(any_app, member), waiting(any_app, namesake)) == (1, 0)


@row("OPN-4")
def test_no_address_is_asked_for(visitor):
    assert set(visitor.page.fields()) == {"csrf_token", "number", "siret"}


def test_the_audit_says_what_came_of_each_request(any_app, visitor, member):
    for number in (member.number, member.number, "NOBODY"):
        sent_from(visitor, number)
    with any_app.app_context():
        events = db.session.query(AuditEvent).order_by(AuditEvent.id).all()
    said = [(one.event, one.reason, one.organization_id) for one in events]
    assert said == [
        (Event.LETTERS_ASKED, "member", member.id),
        (Event.LETTERS_REFUSED, "lately", member.id),
        (Event.LETTERS_REFUSED, "unknown", None),
    ]
