"""Sign in with a password: every refusal is alike, every try is counted, no hash is computed in a transaction."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from idp import clock
from idp.accounts.models import Account
from idp.audit.models import AuditEvent, AuditPerson
from idp.db import db
from idp.proofs.models import Attempt
from keys.passwords import Passwords, Profile
from tests import builders
from tests.browser import Browser, Page
from tests.builders import Member, Portal
from tests.rows import row
from tests.statements import asked

WRONG = "Pas-le-bon-1"


def refused(browser: Browser, portal: Portal, email: str, password: str = WRONG) -> Page:
    browser.asks(portal)
    return browser.submit(email=email, password=password)


def told(page: Page) -> str:
    return " ".join(re.findall(r'class="error"[^>]*>(.*?)<', page.text))


def events(app: Flask, event: str) -> list[AuditEvent]:
    with app.app_context():
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == event)))


@pytest.fixture
def strangers(house: Flask, lea: Member) -> dict[str, tuple[str, str]]:
    """An address and a password for each reason to refuse; addresses are equally long."""
    with house.app_context():
        asleep = builders.an_account(email="not-active@example.org", activated_at=None)
        stopped = builders.an_account(email="suspended1@example.org", suspended_at=clock.now())
        present = builders.an_account(email="wrong-pass@example.org")
    return {
        "unknown": ("nobody-his@example.org", WRONG),
        "wrong password": (present.email, WRONG),
        "not activated": (asleep.email, asleep.password),
        "suspended": (stopped.email, stopped.password),
    }


def masked(page: Page, email: str) -> tuple[int, str, list[tuple[str, str]]]:
    """All that can be seen, but for what differs from one request to the next whoever asks."""
    text = re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r'\1"…"', page.text).replace(email, "…")
    text = re.sub(r"journey_id=[0-9a-f-]{36}|portal=[\w.-]+", "…", text)
    return page.status, text, sorted(page.response.headers.items())


@row("LOG-1")
def test_every_refusal_is_alike_to_the_byte_and_costs_the_same(
    house: Flask, portal: Portal, strangers: dict[str, tuple[str, str]]
):
    passwords: Passwords = house.extensions["idp_passwords"]
    seen, cost = {}, {}
    for reason, (email, password) in strangers.items():
        browser = Browser(house)
        browser.asks(portal)
        before = passwords.verifications
        with asked(house) as heard:
            page = browser.submit(email=email, password=password)
        seen[reason] = masked(page, email)
        cost[reason] = (passwords.verifications - before, heard.commits, heard.statements)
        cookies = {cookie.key for cookie in browser.client._cookies.values()}
        assert "idp_session" not in cookies
    assert len(set(map(repr, seen.values()))) == 1
    assert len(set(map(repr, cost.values()))) == 1
    assert cost["unknown"][0] == 1
    assert seen["unknown"][0] == 422


@row("LOG-1")
def test_a_throttled_try_is_refused_before_hashing_alike_for_all(
    house: Flask, portal: Portal, lea: Member, strangers: dict[str, tuple[str, str]]
):
    passwords: Passwords = house.extensions["idp_passwords"]
    seen, cost = set(), set()
    for email in (strangers["unknown"][0], strangers["wrong password"][0], strangers["suspended"][0]):
        browser = Browser(house)
        for _ in range(5):
            refused(browser, portal, email)
        browser.asks(portal)
        before = passwords.verifications
        with asked(house) as heard:
            page = browser.submit(email=email, password=builders.PASSWORD)
        assert "Trop d’essais" in told(page)
        seen.add(repr(masked(page, email)))
        cost.add((passwords.verifications - before, heard.commits, tuple(heard.statements)))
    assert len(seen) == len(cost) == 1
    assert {hashes for hashes, _, _ in cost} == {0}


@row("LOG-2")
def test_the_right_password_is_refused_too_until_the_wait_is_over(browser: Browser, portal: Portal, lea: Member):
    for _ in range(5):
        assert told(refused(browser, portal, lea.email)).startswith("Adresse mail ou mot de passe incorrect")
    assert "dans 1 minute." in told(refused(browser, portal, lea.email, lea.password))
    with clock.travel(timedelta(seconds=61)):
        assert "code" in browser.signs_in(lea, portal).answer


@row("LOG-2")
def test_success_forgets_the_failures(browser: Browser, portal: Portal, lea: Member, house: Flask):
    for _ in range(4):
        refused(browser, portal, lea.email)
    assert "code" in browser.signs_in(lea, portal).answer
    for _ in range(5):
        assert "incorrect" in told(refused(Browser(house), portal, lea.email))


@row("LOG-4")
def test_every_spelling_counts_against_one_login(browser: Browser, portal: Portal, lea: Member):
    spellings = [lea.email, lea.email.upper(), f"  {lea.email.title()} ", lea.email.replace("example", "ｅxample")]
    for spelling in [*spellings, lea.email]:
        assert "incorrect" in told(refused(browser, portal, spelling))
    for spelling in spellings:
        assert "Trop d’essais" in told(refused(browser, portal, spelling, lea.password))
    with browser.app.app_context():
        assert len(db.session.scalars(select(Attempt.key)).all()) == 1


@pytest.mark.parametrize("email", ["lea", "a@b@c", "\u212a@example.org", " ", "é" * 320])
def test_what_is_no_address_is_refused_for_the_same_work(house: Flask, browser: Browser, portal: Portal, email: str):
    passwords: Passwords = house.extensions["idp_passwords"]
    page = refused(browser, portal, email)
    assert page.status == 422
    assert passwords.verifications == 1


def test_an_address_that_holds_nul_is_not_even_read(house: Flask, browser: Browser, portal: Portal):
    passwords: Passwords = house.extensions["idp_passwords"]
    assert refused(browser, portal, "lea@example.org\0").status == 400
    assert passwords.verifications == 0


def test_people_sign_in_under_any_spelling(browser: Browser, portal: Portal, lea: Member):
    browser.asks(portal)
    assert "code" in browser.submit(email=f" {lea.email.upper()} ", password=lea.password).answer


@row("PWD-1")
def test_a_password_is_the_same_in_any_unicode_form_and_not_cut(house: Flask, browser: Browser, portal: Portal):
    with house.app_context():
        lea = builders.an_account(password="É" + "1a" * 63 + "b")
    assert "incorrect" in told(refused(browser, portal, lea.email, "É" + "1a" * 63 + "c"))
    assert "code" in refused(browser, portal, lea.email, "E\u0301" + "1a" * 63 + "b").answer


def test_a_sign_in_costs_six_statements_two_commits_and_three_round_trips(
    house: Flask, browser: Browser, portal: Portal, lea: Member
):
    page = browser.asks(portal)
    data = page.fields() | {"email": lea.email, "password": lea.password}
    store = house.extensions["idp_store"]
    before = store.round_trips
    with asked(house) as heard:
        response = browser.client.post(page.url, data=data, base_url="http://localhost:8000")
    assert response.status_code == 303
    assert store.round_trips - before == 3
    assert heard.commits == 2
    verbs = [statement.split()[0] for statement in heard.statements]
    assert verbs == ["INSERT", "SELECT", "UPDATE", "INSERT", "INSERT", "INSERT"]


@row("PWD-6")
def test_no_transaction_is_open_while_a_password_is_hashed(house: Flask, browser: Browser, portal: Portal, lea: Member):
    class Watching(Passwords):
        """Looks at the connections in use at the moment of the hash."""

        in_use: int | None = None

        def verify(self, kept: str | None, password: str) -> bool:
            self.in_use = db.engine.pool.checkedout()
            return super().verify(kept, password)

    watching = house.extensions["idp_passwords"] = Watching(Profile(8, 1, 1))
    browser.signs_in(lea, portal)
    assert watching.in_use == 0


@contextmanager
def held(passwords: Passwords) -> Iterator[None]:
    """The one hashing place, taken by another thread."""
    taken, over = Event(), Event()

    def hold() -> None:
        with passwords.place():
            taken.set()
            over.wait(10)

    thread = Thread(target=hold)
    thread.start()
    taken.wait(10)
    yield
    over.set()
    thread.join()


@row("PWD-6")
def test_a_full_password_path_turns_everyone_away_alike_and_counts_nothing(make_app):
    house = make_app(waiting_places=0)
    with house.app_context():
        portal, lea = builders.a_client(), builders.a_member()
    seen = set()
    for email in (lea.email, "nobody@example.org"):
        browser = Browser(house)
        browser.asks(portal)
        with held(house.extensions["idp_passwords"]):
            page = browser.submit(email=email, password=lea.password)
        assert (page.status, page.response.headers["Retry-After"]) == (503, "2")
        seen.add(page.title)
    assert len(seen) == 1
    with house.app_context():
        assert db.session.scalars(select(Attempt)).all() == []
    assert "code" in Browser(house).signs_in(lea, portal).answer


@row("PWD-4")
def test_a_hash_of_former_parameters_is_made_again_at_the_next_sign_in(
    house: Flask, browser: Browser, portal: Portal, lea: Member
):
    former = kept_of_other_parameters(house, lea)
    assert "code" in browser.signs_in(lea, portal).answer
    renewed = kept(house, lea)
    assert renewed != former
    assert not house.extensions["idp_passwords"].needs_rehash(renewed)
    assert "code" in Browser(house).signs_in(lea, portal).answer
    assert kept(house, lea) == renewed


@row("PWD-4")
def test_a_database_that_refuses_the_new_hash_stops_nobody(house: Flask, browser: Browser, portal: Portal, lea: Member):
    former = kept_of_other_parameters(house, lea)
    with house.app_context():
        for statement in REFUSING[db.engine.dialect.name]:
            db.session.execute(db.text(statement))
        db.session.commit()
    assert "code" in browser.signs_in(lea, portal).answer
    assert kept(house, lea) == former
    assert len(events(house, "login:password:succeeded")) == 1


REFUSING = {
    "sqlite": ["CREATE TRIGGER no BEFORE UPDATE OF password_hash ON account BEGIN SELECT RAISE(ABORT, 'no'); END"],
    "postgresql": [
        "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
        "CREATE TRIGGER no BEFORE UPDATE OF password_hash ON account FOR EACH ROW EXECUTE FUNCTION no()",
    ],
}


def kept(house: Flask, member: Member) -> str:
    with house.app_context():
        return str(db.session.scalar(select(Account.password_hash).where(Account.id == member.id)))


def kept_of_other_parameters(house: Flask, member: Member) -> str:
    passwords = Passwords(Profile(16, 1, 1))
    with house.app_context(), passwords.place():
        builders.the_account(member).password_hash = passwords.hash(member.password)
        db.session.commit()
    return kept(house, member)


@row("AUD-1")
def test_success_and_refusal_leave_their_events_and_no_address_among_the_ids(
    house: Flask, browser: Browser, portal: Portal, lea: Member
):
    refused(browser, portal, lea.email)
    browser.signs_in(lea, portal)
    (no,), (yes,) = events(house, "login:password:refused"), events(house, "login:password:succeeded")
    assert (no.subject_id, no.reason) == (lea.id, "credentials")
    assert (yes.subject_id, yes.actor_id) == (lea.id, lea.id)
    assert yes.session_id is not None
    with house.app_context():
        assert db.session.get(AuditPerson, no.id).address == lea.email
        assert lea.email not in repr([vars(one) for one in db.session.scalars(select(AuditEvent))])


@row("AUD-1")
def test_a_password_typed_into_the_wrong_field_is_written_nowhere(house: Flask, browser: Browser, portal: Portal):
    refused(browser, portal, "Chantier-Secret-9")
    with house.app_context():
        assert db.session.scalars(select(AuditPerson.address)).all() == [None]
