"""What programs ask all day is answered before Flask, and as Flask answers it: to the header, the line and the row."""

import json
from io import StringIO

import pytest
import sqlalchemy as sa
from flask import request_started

from idp.audit.models import AuditEvent
from idp.db import db
from idp.oidc.views import door
from idp.web import logs
from tests.browser import ISSUER
from tests.builders import a_client
from tests.relying_party import RelyingParty
from tests.rows import row

BY_FLASK = {"Host": "localhost:80"}
"""Another spelling of our name, which no program has from our metadata: its requests are Flask's."""
HOSTILE = [
    {},
    {"data": "grant_type=refresh_token&grant_type=refresh_token"},
    {"data": "token=%00"},
    {"data": "token=\xff".encode("latin-1")},
    {"data": '{"grant_type": "refresh_token"}', "content_type": "application/json"},
    {"data": {"token": "x" * 9000}},
    {"data": {"token": "x", "client_id": "nobody"}},
    {"data": {"access_token": "x"}, "headers": {"Authorization": "Bearer x"}},
    {"headers": {"Authorization": "Basic %%%"}},
    {"headers": {"Authorization": "Bearer x.y.z", "Origin": "https://app.example.org"}},
    {"headers": {"Accept": "application/token-introspection+jwt", "Cookie": "idp_session=x; idp_form=y"}},
]


@pytest.fixture
def log():
    """The lines that are written, one dict each."""
    stream = StringIO()
    logs.configure("INFO", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logs.configure()


@pytest.fixture
def heard(app):
    """What Flask heard of."""
    asked = []

    def hear(*_, **__):
        asked.append(True)

    with request_started.connected_to(hear, app):
        yield asked


def sent(app, method, path, headers=None, **options):
    response = app.test_client().open(path, method=method, base_url=ISSUER, headers=headers or {}, **options)
    return response.status, sorted(response.headers), response.data


@pytest.fixture
def spa(app):
    """A public client whose scripts run at an origin of theirs."""
    with app.app_context():
        return a_client(token_endpoint_auth_method="none", origins=("https://app.example.org",))


@row("BRW-2")
@pytest.mark.parametrize(("method", "path"), door.SERVED)
@pytest.mark.parametrize("asked", HOSTILE)
def test_a_refusal_is_the_same_to_the_header(app, spa, heard, method, path, asked):
    options = dict(asked)
    headers = options.pop("headers", {})
    here = sent(app, method, path, headers, **options)
    assert not heard
    assert here == sent(app, method, path, headers | BY_FLASK, **options)
    assert heard


@row("BRW-2")
def test_what_is_given_is_the_same_to_the_header(app, heard, party, lea):
    token = party.tokens_of(lea)["access_token"]
    heard.clear()
    for ask in (
        lambda headers: party.userinfo(token, headers=headers),
        lambda headers: party.posts("/introspect", {"token": token}, headers=headers),
    ):
        here, there = ask({}).response, ask(BY_FLASK).response
        assert (here.status, sorted(here.headers), here.data) == (there.status, sorted(there.headers), there.data)
    assert len(heard) == 2


@pytest.mark.parametrize(
    ("method", "changed"),
    [
        ("POST", {"query_string": "x=1"}),
        ("POST", {"headers": {"Transfer-Encoding": "chunked"}}),
        ("POST", {"environ_overrides": {"CONTENT_LENGTH": "+1"}}),
        ("POST", {"data": "x" * 2_000_000}),
        ("POST", {"headers": {"Host": "evil.example.org"}}),
        ("OPTIONS", {}),
        ("HEAD", {}),
        ("PUT", {}),
    ],
)
def test_whatever_is_not_plain_is_left_to_flask(app, heard, method, changed):
    sent(app, method, "/userinfo", **changed)
    assert heard


@pytest.mark.parametrize("headers", [{}, BY_FLASK])
def test_a_body_that_breaks_off_is_refused(app, log, headers):
    cut = {"data": {"token": "x"}, "environ_overrides": {"CONTENT_LENGTH": "500"}}
    assert sent(app, "POST", "/revoke", headers, **cut)[0] == "400 BAD REQUEST"
    assert [line["event"] for line in log()] == ["web:error:told", "web:request:answered"]


@row("AUD-3")
def test_it_is_told_in_the_same_line_and_under_the_same_number_as_in_the_audit(app, log, party, lea):
    tokens = party.tokens_of(lea)
    party.refreshes(tokens["refresh_token"])
    line = log()[-1]
    assert line | {"at": "", "milliseconds": 0, "request_id": ""} == {
        "status": 200,
        "milliseconds": 0,
        "event": "web:request:answered",
        "request_id": "",
        "route": "/token",
        "method": "POST",
        "level": "info",
        "at": "",
    }
    with app.app_context():
        written = db.session.scalars(sa.select(AuditEvent.request_id).where(AuditEvent.event == "oidc:token:refreshed"))
        assert list(written) == [line["request_id"]]


@pytest.mark.parametrize("headers", [{}, BY_FLASK])
def test_a_failure_is_told_by_flask_with_its_incident_and_nothing_is_kept(app, log, party, lea, headers):
    tokens = party.tokens_of(lea)
    with app.app_context():
        db.session.execute(sa.text('ALTER TABLE "audit_event" RENAME TO gone'))
        db.session.commit()
    reply = party.posts(
        "/token", {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}, headers=headers
    )
    told, answered = log()[-2:]
    assert (reply.status, reply.error) == (503, "temporarily_unavailable")
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Retry-After"]
    assert reply["error_description"] == f"incident {told['request_id']}"
    assert (told["event"], answered["event"]) == ("web:error:unavailable", "web:request:answered")
    assert (answered["request_id"], answered["status"]) == (told["request_id"], 503)
    with app.app_context():
        db.session.execute(sa.text('ALTER TABLE gone RENAME TO "audit_event"'))
        db.session.commit()
    assert party.refreshes(tokens["refresh_token"]).ok  # it was not used


def test_a_crash_shows_nothing(app, log, party: RelyingParty):
    app.extensions["idp_ring"] = None
    reply = party.userinfo("x.y.z")
    assert (reply.status, reply.error) == (500, "server_error")
    assert [line["event"] for line in log()[-2:]] == ["web:error:crashed", "web:request:answered"]
