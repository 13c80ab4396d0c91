"""« Les applications de partenaires »: holders open their company to them and close it, nobody else knows of it."""

from datetime import timedelta
from uuid import uuid4

from idp import clock
from idp.audit.events import Event
from tests.browser import Browser
from tests.builders import an_organization, membership
from tests.companies import joins, signed_in
from tests.partners import CLOSED, asks, closes, events, requested
from tests.relying_party import RelyingParty
from tests.rows import row


@row("TRS-1")
def test_a_company_or_a_request_that_is_not_theirs_is_answered_as_one_that_does_not_exist(app, firm, lea, karim):
    asks(app, karim, firm)
    path = requested(app)
    with app.app_context():
        own = an_organization().id
    stranger = joins(app, own, "stranger@example.org", holder=True).who
    for who in (karim, stranger):
        browser = signed_in(app, who)
        token = browser.get("/end_session/confirm").fields()
        for place in (path, path.rpartition("/")[0]):
            absent = place.replace(str(lea.organization_id), str(uuid4()))
            assert browser.get(place).status == 404
            assert browser.get(absent).status == 404
            assert browser.post(path, token | {"choice": "allow"}).status == 404
    of_another_company = path.replace(str(lea.organization_id), str(own))
    assert signed_in(app, stranger).get(of_another_company).status == 404
    assert events(app) == [Event.ADMISSION_ASKED]


@row("OID-18")
def test_to_open_asks_for_a_password_typed_lately_and_to_close_does_not(app, firm, lea, karim):
    asks(app, karim, firm)
    path = requested(app)
    browser = signed_in(app, lea)
    with clock.travel(timedelta(minutes=11)):
        page = browser.get(path)
        assert "password" in page.fields()
        assert browser.submit(email=lea.email, password=lea.password).url == path
        browser.submit(choice="allow")
    with clock.travel(timedelta(minutes=30)):
        assert "close" in browser.get(path).text
        browser.submit(choice="close")
    assert events(app)[-1] == Event.ADMISSION_WITHDRAWN


def test_answered_twice_the_first_answer_stands(app, firm, lea, karim):
    asks(app, karim, firm)
    path = requested(app)
    first, late = signed_in(app, lea), signed_in(app, lea)
    late.get(path)
    first.get(path)
    first.submit(choice="refuse")
    assert late.submit(choice="allow").status == 200
    assert events(app) == [Event.ADMISSION_ASKED, Event.ADMISSION_REFUSED]


@row("OID-18", "OID-13")
def test_closing_the_company_ends_the_grants_of_all_its_people_at_once(app, browser, firm, lea, karim):
    program = RelyingParty(app, firm)
    browser.signs_in(lea, firm)
    tokens = [program.redeems(browser.submit(choice="allow").answer["code"])]
    theirs = Browser(app)
    theirs.signs_in(karim, firm)
    tokens.append(program.redeems(theirs.submit(choice="allow").answer["code"]))
    code = theirs.asks(firm).answer["code"]
    closes(browser, lea)
    assert program.redeems(code).error == "invalid_grant"
    for one in tokens:
        assert program.refreshes(one["refresh_token"]).error == "invalid_grant"
        assert program.userinfo(one["access_token"]).status == 401
        assert program.introspects(one["access_token"]).body == {"active": False}
    assert theirs.asks(firm).title.startswith(CLOSED)
    assert browser.asks(firm, prompt="none").answer["error"] == "consent_required"
    assert events(app)[-1] == Event.ADMISSION_WITHDRAWN


def test_closing_one_company_touches_no_other(app, browser, firm, lea):
    with app.app_context():
        other = an_organization()
        membership(lea.id, other.id)
        other_id = str(other.id)
    program = RelyingParty(app, firm)
    kept = []
    browser.signs_in(lea, firm, scope="openid")
    browser.submit(choice="allow")
    for company in (other_id, str(lea.organization_id)):
        browser.asks(firm, organization=company)
        kept.append(program.redeems(browser.submit(choice="allow").answer["code"]))
    closes(browser, lea)
    assert program.refreshes(kept[0]["refresh_token"]).ok
    assert program.refreshes(kept[1]["refresh_token"]).error == "invalid_grant"
