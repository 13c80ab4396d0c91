"""Every address that answers GET, opened: nothing changes but through the three that are named (SES-6)."""

import pytest
import sqlalchemy as sa

from app import WRITING_GETS
from idp.audit.models import AuditEvent, AuditPerson
from idp.db import Model, db, new_id
from tests.browser import ISSUER, request_of
from tests.rows import row


def gets(app, method="GET"):
    """Each rule that answers GET, or another method, as an address with plausible parts."""
    parts = {"filename": "style.css", "page": "legal", "colour": "1f5c4d", "code": "x"}
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if method in rule.methods:
            ids = {name: new_id() for name in rule.arguments if name.endswith("_id")}
            values = {name: parts.get(name, "x") for name in rule.arguments} | ids
            yield rule.endpoint, adapter.build(rule.endpoint, values | (rule.defaults or {}))


def contents(app):
    """All that the tables hold, but what the audit says of refusals."""
    ours = [
        table for table in Model.metadata.sorted_tables if table not in (AuditEvent.__table__, AuditPerson.__table__)
    ]
    with app.app_context():
        return {table.name: sorted(repr(tuple(row)) for row in db.session.execute(sa.select(table))) for table in ours}


@row("SES-6")
def test_no_get_changes_anything_signed_in_or_not(app, browser, portal, lea):
    for _ in ("as a stranger", "signed in"):
        before = contents(app)
        for endpoint, url in gets(app):
            if endpoint not in WRITING_GETS:
                response = browser.client.get(url, base_url=ISSUER)
                assert response.status_code < 500, (endpoint, url)
                assert contents(app) == before, endpoint
        browser.signs_in(lea, portal)


@row("SES-6")
def test_the_three_that_write_do_so_for_the_person_who_is_there_only(app, browser, portal, lea):
    browser.signs_in(lea, portal)
    before = contents(app)
    stranger = app.test_client()
    for url in ("/authorize", "/end_session", f"/journey/{new_id()}"):
        stranger.get(url, query_string=request_of(portal), base_url=ISSUER)
    assert contents(app) == before


@row("SES-6")
def test_a_sign_out_by_get_without_a_valid_hint_asks_first(app, browser, portal, lea):
    browser.signs_in(lea, portal)
    before = contents(app)
    assert browser.get("/end_session").title.startswith("Déconnexion")
    assert contents(app) == before


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "FROB", "PUT", "DELETE", "PATCH"])
@row("BRW-2")
def test_methods_we_do_not_know_are_refused(app, method):
    for endpoint, url in gets(app):
        if endpoint != "static":
            assert app.test_client().open(url, method=method, base_url=ISSUER).status_code in (405, 501), url
