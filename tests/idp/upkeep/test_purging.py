"""What is of no use any more is deleted, what lives is not, and who was connected is forgotten after a year."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from idp import clock
from idp.audit.models import AuditEvent, AuditPerson
from idp.db import db, unit_of_work
from idp.oidc.models.grant import Grant
from idp.proofs import links
from idp.proofs.models import Proof
from idp.sessions.models import Session
from idp.upkeep import purging
from tests import commands
from tests.browser import Browser
from tests.builders import Member, Portal, a_client, a_member, an_account
from tests.idp.accounts.resets import asks as forgets
from tests.openings import opens, two_letters
from tests.relying_party import RelyingParty
from tests.rows import row

YEAR = timedelta(days=365)


@pytest.fixture
def portal(any_app: Flask) -> Portal:
    with any_app.app_context():
        return a_client()


@pytest.fixture
def lea(any_app: Flask) -> Member:
    with any_app.app_context():
        return a_member()


def purged(app: Flask, later: timedelta = timedelta()) -> dict[str, int]:
    """What upkeep deletes at that distance from today."""
    with app.app_context(), clock.travel(later):
        return purging.purge()


def count(app: Flask, table: str) -> int:
    with app.app_context():
        return db.session.scalar(sa.text(f'SELECT count(*) FROM "{table}"')) or 0


def on_the_other_side(kept: timedelta) -> tuple[timedelta, timedelta]:
    """A moment before the end of that time, and one after it."""
    return kept - timedelta(hours=1), kept + timedelta(hours=1)


@row("PRV-1")
def test_an_opening_that_died_is_gone_and_one_that_lives_is_not(any_app: Flask):
    opens(Browser(any_app), two_letters(any_app), "ines@example.org")
    lives, dead = on_the_other_side(timedelta(days=7))
    assert purged(any_app, lives)["openings"] == 0
    assert purged(any_app, dead)["openings"] == 1
    assert count(any_app, "opening") == 0


@row("PRV-1")
def test_links_tries_and_messages_are_gone_a_month_after_their_end(any_app: Flask, lea: Member):
    forgets(any_app, lea.email)
    with any_app.app_context(), unit_of_work():
        db.session.execute(sa.text("UPDATE outgoing_message SET sent_at = created_at"))
    lives, dead = on_the_other_side(timedelta(days=30))
    assert purged(any_app, lives)["messages"] == 0
    after = purged(any_app, dead + timedelta(hours=2))
    assert (after["messages"], after["links and codes"]) == (1, 1)
    assert count(any_app, "proof") == count(any_app, "outgoing_message") == 0


def test_a_message_that_waits_is_never_deleted(any_app: Flask, lea: Member):
    forgets(any_app, lea.email)
    assert purged(any_app, 10 * YEAR)["messages"] == 0


@row("PRV-1")
def test_who_was_connected_is_forgotten_after_a_year_and_the_event_stays(any_app: Flask, portal: Portal, lea: Member):
    Browser(any_app).signs_in(lea, portal)
    events = count(any_app, "audit_event")
    assert count(any_app, "audit_person") > 0
    lives, dead = on_the_other_side(YEAR)
    assert purged(any_app, lives)["names in the audit"] == 0
    assert purged(any_app, dead)["names in the audit"] > 0
    assert count(any_app, "audit_person") == 0
    assert count(any_app, "audit_event") == events + 2  # the two that say what was purged


@row("PRV-1")
def test_a_session_and_its_grants_are_gone_a_year_after_their_last_use(any_app: Flask, portal: Portal, lea: Member):
    browser, party = Browser(any_app), RelyingParty(any_app, portal)
    browser.signs_in(lea, portal)
    party.redeems(browser.page.answer["code"])
    lives, dead = on_the_other_side(YEAR)
    assert (purged(any_app, lives)["sessions"], count(any_app, "grant")) == (0, 1)
    assert (purged(any_app, dead)["sessions"], count(any_app, "grant"), count(any_app, "refresh_token")) == (1, 0, 0)


def test_a_grant_in_use_outlives_its_session(any_app: Flask, portal: Portal, lea: Member):
    browser, party = Browser(any_app), RelyingParty(any_app, portal)
    browser.signs_in(lea, portal, scope="openid offline_access")
    tokens = party.redeems(browser.page.answer["code"])
    with any_app.app_context(), unit_of_work():
        for one in db.session.scalars(sa.select(Grant)):
            one.redeemed_at = clock.now() - 2 * YEAR
        for session in db.session.scalars(sa.select(Session)):
            session.seen_at = clock.now() - 2 * YEAR
    assert purged(any_app)["grants"] == 0
    assert (count(any_app, "session"), count(any_app, "grant")) == (0, 1)
    assert party.refreshes(tokens["refresh_token"]).ok


def test_a_batch_is_bounded_and_all_is_deleted_in_the_end(app: Flask):
    with app.app_context(), unit_of_work():
        person = an_account()
    with app.app_context(), unit_of_work():
        for _ in range(2 * purging.BATCH + 1):
            links.issue("trial", person.id, timedelta(hours=1))
    with app.app_context(), unit_of_work():
        assert Proof.purge(clock.now() + YEAR, purging.BATCH) == purging.BATCH
    assert purged(app, YEAR)["links and codes"] == purging.BATCH + 1


@pytest.mark.parametrize(
    ("setting", "what"), [("traces_kept_for", "names in the audit"), ("remains_kept_for", "tries")]
)
def test_operators_choose_how_long(template: Any, tmp_path: Any, setting: str, what: str):
    app = template.sqlite(tmp_path, **{setting: timedelta(days=200)})
    with app.app_context():
        person, portal = a_member(), a_client()
    Browser(app).signs_in(person, portal)
    lives, dead = on_the_other_side(timedelta(days=200))
    assert purged(app, lives)[what] == 0
    assert purged(app, dead)[what] > 0


def test_the_command_says_what_it_deleted_and_who_asked(any_app: Flask):
    running = commands.start(any_app, "upkeep")
    out, error = running.communicate(timeout=60)
    assert running.returncode == 0, error
    assert b"openings: 0" in out
    with any_app.app_context():
        (event,) = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.event == "upkeep:purging:done"))
        assert event.operator == "Karim"
        assert db.session.scalar(sa.select(sa.func.count()).select_from(AuditPerson)) is not None
