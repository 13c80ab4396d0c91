"""What somebody leaves behind who proved nothing: little, for a short while, and so much from one network (DOS-2)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from idp import clock
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db
from idp.proofs import rates
from tests import worlds
from tests.browser import ISSUER, Browser, request_of
from tests.builders import a_client, a_member
from tests.rows import row

MOST = 5
ELSEWHERE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture(params=["sqlite", "postgresql"])
def frugal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """A house where one network may begin five sign-ins in an hour."""
    if request.param == "sqlite":
        made = request.getfixturevalue("template").sqlite(tmp_path, journeys_an_hour=MOST)
    else:
        made = request.getfixturevalue("postgres_template").copy(tmp_path, journeys_an_hour=MOST)
    yield made
    worlds.close(made)


@row("DOS-2")
def test_one_network_begins_so_many_sign_ins_in_an_hour_and_others_go_on(frugal: Flask):
    with frugal.app_context():
        portal = a_client()
    stranger = frugal.test_client()
    ways = [
        lambda **who: stranger.get("/authorize", query_string=request_of(portal), base_url=ISSUER, **who),
        lambda **who: stranger.post("/authorize", data=request_of(portal), base_url=ISSUER, **who),
        lambda **who: stranger.post("/end_session", data={"state": "x"}, base_url=ISSUER, **who),
        lambda **who: stranger.get("/applications", base_url=ISSUER, **who),
    ]
    assert [way().status_code for way in [*ways, ways[0]]] == [303] * MOST
    for way in ways:
        answer = way()
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
        assert "Trop de demandes" in answer.text
        assert way(environ_base=ELSEWHERE).status_code == 303
    with clock.travel(timedelta(hours=1, seconds=1)):
        assert ways[0]().status_code == 303


@row("LOG-7", "DOS-2")
@pytest.mark.parametrize("made_up", ["198.51.100.{}, 192.0.2.1", "a{}", "{}, , ", "1{}.2.3", "::ffff:x{}", "{}"])
def test_a_network_is_what_our_own_proxy_says_whatever_else_is_claimed(
    template: worlds.Template, tmp_path: Path, made_up: str
):
    app = template.sqlite(tmp_path, journeys_an_hour=MOST, trusted_proxies=1)
    with app.app_context():
        portal = a_client()
    query, statuses = request_of(portal), []
    for number in range(MOST + 1):
        headers = {"X-Forwarded-For": made_up.format(number)}
        headers |= {"Forwarded": f"for=203.0.113.{number}", "X-Real-IP": f"203.0.113.{number}"}
        answer = app.test_client().get("/authorize", query_string=query, base_url=ISSUER, headers=headers)
        statuses.append(answer.status_code)
    assert statuses == [303] * MOST + [429]
    worlds.close(app)


@row("DOS-2")
def test_who_is_signed_in_leaves_nothing_and_is_not_counted(frugal: Flask):
    with frugal.app_context():
        portal, lea = a_client(), a_member()
    browser = Browser(frugal)
    browser.signs_in(lea, portal)
    for _ in range(2 * MOST):
        assert "code" in browser.asks(portal).answer


@row("DOS-2")
def test_what_would_be_more_than_8_kib_is_refused_whatever_the_portal_is_called(app: Flask, browser: Browser):
    with app.app_context():
        portal = a_client(name="\N{CONSTRUCTION WORKER}" * 200, client_id="x" * 255)
    asked = [browser.asks(portal, nonce="n" * length) for length in range(4000, 7100, 20)]
    begun = ["password" in page.fields() for page in asked]
    assert begun == sorted(begun, reverse=True)
    assert begun[0]
    assert {page.answer["error"] for page, is_begun in zip(asked, begun, strict=True) if not is_begun} == {
        "invalid_request"
    }


@row("DOS-2", "AUD-1")
def test_a_network_that_is_refused_again_and_again_fills_no_audit(any_app: Flask):
    stranger = any_app.test_client()
    for _ in range(rates.NOTED + 20):
        assert stranger.post("/password-reset", data={"email": "a@example.org"}, base_url=ISSUER).status_code == 400
    assert _refusals(any_app) == rates.NOTED
    stranger.post("/password-reset", base_url=ISSUER, environ_base=ELSEWHERE)
    assert _refusals(any_app) == rates.NOTED + 1


def _refusals(app: Flask) -> int:
    with app.app_context():
        return db.session.query(AuditEvent).filter_by(event=Event.REFUSED).count()
