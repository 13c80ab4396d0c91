"""« Mot de passe oublié ? »: a mail to the account's own mailbox, one new password, and nothing said to anyone else."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from idp import clock
from idp.accounts import email_certification
from idp.accounts.models import Account
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.proofs import links
from keys.passwords import Passwords, Profile
from tests import builders, statements
from tests.browser import ISSUER, Browser
from tests.builders import Member, Portal
from tests.idp.accounts.resets import NEW, asks, chooses, link_to, links_to, mails_of_change, signs_in
from tests.rows import row
from tests.statements import Asked

HOUR = timedelta(hours=1)


@pytest.fixture
def app(any_app: Flask) -> Flask:
    """On either kind of storage."""
    return any_app


@row("PWD-8")
def test_who_reads_the_mailbox_chooses_a_new_password_and_the_former_is_dead(app: Flask, portal: Portal, lea: Member):
    asks(app, lea.email)
    page = chooses(app, link_to(app, lea.email))
    assert "Votre mot de passe est changé" in page.text
    assert signs_in(app, portal, lea.email, NEW)
    assert not signs_in(app, portal, lea.email, lea.password)


@row("PWD-8")
def test_a_reset_signs_nobody_in(app: Flask, lea: Member):
    asks(app, lea.email)
    browser = Browser(app)
    chooses(app, link_to(app, lea.email), browser=browser)
    assert browser.cookie("idp_session") is None


@row("PWD-8")
def test_a_reset_tells_the_person_by_a_mail_without_any_link(app: Flask, lea: Member):
    asks(app, lea.email)
    assert mails_of_change(app, lea.email) == []
    chooses(app, link_to(app, lea.email))
    (told,) = mails_of_change(app, lea.email)
    assert told.subject == "Votre mot de passe a été changé"
    assert "http" not in told.text
    assert "href" not in told.html


@row("LNK-4")
def test_a_link_lives_an_hour(app: Flask, portal: Portal, lea: Member):
    asks(app, lea.email)
    link = link_to(app, lea.email)
    with clock.travel(HOUR):
        page = chooses(app, link)
        assert (page.status, "Ce lien n’est plus valable" in page.text) == (410, True)
        assert not signs_in(app, portal, lea.email, NEW)
    with clock.travel(HOUR - timedelta(seconds=5)):
        assert "Votre mot de passe est changé" in chooses(app, link).text


@row("LNK-11")
def test_a_reset_kills_every_other_link_of_the_account(app: Flask, portal: Portal, lea: Member):
    first, second = [asks(app, lea.email) and links_to(app, lea.email)[-1] for _ in range(2)]
    with app.app_context(), unit_of_work():
        certification = links.issue(email_certification.PURPOSE, lea.id, HOUR, lea.email)
    assert "Votre mot de passe est changé" in chooses(app, second).text
    assert chooses(app, first, "Autre-Grue-Rouge-5").status == 410
    assert signs_in(app, portal, lea.email, NEW)
    with app.app_context():
        assert links.look(email_certification.PURPOSE, certification) is None


@row("LNK-11")
@pytest.mark.parametrize("what", ["suspended", "closed", "moved"])
def test_a_link_dies_with_the_account_or_the_address_it_was_sent_to(app: Flask, lea: Member, what: str):
    asks(app, lea.email)
    with app.app_context(), unit_of_work():
        account = builders.the_account(lea)
        if what == "moved":
            account.email.typed = account.email.canonical = "elsewhere@example.org"
        else:
            setattr(account, f"{what}_at", clock.now())
    before = kept(app, lea)
    page = chooses(app, link_to(app, lea.email))
    assert kept(app, lea) == before
    assert "Ce lien n’est plus valable" in page.text


@row("LNK-5")
def test_a_second_click_says_that_it_is_done_and_gives_nothing_else(app: Flask, portal: Portal, lea: Member):
    asks(app, lea.email)
    link = link_to(app, lea.email)
    chooses(app, link)
    again = Browser(app).get(link)
    assert "Votre mot de passe est changé" in again.text
    assert "password" not in again.fields()


@row("LNK-7")
def test_known_unknown_suspended_and_not_activated_cost_the_same_and_look_the_same(app: Flask):
    with app.app_context():
        asleep = builders.an_account(email="asleep@example.org", activated_at=None)
        stopped = builders.an_account(email="halted@example.org", suspended_at=clock.now())
        owned = builders.an_account(email="funded@example.org", fund_id=builders.a_fund().id)
        present = builders.an_account(email="nofund@example.org")
    people = [present.email, owned.email, asleep.email, stopped.email, "nobody@example.org"]
    seen, cost = zip(*[asked(app, email) for email in people], strict=True)
    assert len(set(seen)) == 1
    assert len(set(map(repr, cost))) == 1
    assert (cost[0].commits, len(cost[0].statements)) == (1, 12)  # two of them for the face of the only fund
    assert [len(links_to(app, email)) for email in people] == [1, 1, 0, 0, 0]


@row("LNK-7")
def test_an_account_with_links_enough_costs_the_same_and_looks_the_same(app: Flask):
    with app.app_context(), unit_of_work():
        louise = builders.an_account(email="louise@example.org")
        for _ in range(3):
            links.issue("password-reset", louise.id, HOUR, louise.email)
    (full, dear), (empty, cheap) = asked(app, louise.email), asked(app, "nobody@example.org")
    assert full == empty
    assert dear == cheap
    assert links_to(app, louise.email) == []


@row("LNK-7", "PWD-6")
def test_no_hash_is_computed_in_a_transaction_and_none_for_a_link_of_no_use(app: Flask, lea: Member):
    class Watching(Passwords):
        """Looks at the connections in use at the moment of the hash."""

        in_use: list[int]

        def hash(self, password: str) -> str:
            self.in_use.append(db.engine.pool.checkedout())
            return super().hash(password)

    watching = app.extensions["idp_passwords"] = Watching(Profile(8, 1, 1))
    watching.in_use = []
    chooses(app, f"/password-reset/{'x' * 43}")
    assert watching.in_use == []
    asks(app, lea.email)
    chooses(app, link_to(app, lea.email))
    assert watching.in_use == [0]


@row("LNK-8")
def test_a_hundred_requests_send_no_more_than_the_budget_and_the_last_link_works(app: Flask, lea: Member):
    pages = {page_of(asks(app, lea.email)) for _ in range(60)}
    pages |= {page_of(asks(app, lea.email, network="203.0.113.7")) for _ in range(40)}
    assert len(pages) == 1
    sent = links_to(app, lea.email)
    assert len(sent) == 3
    assert "Votre mot de passe est changé" in chooses(app, sent[-1]).text


@row("LNK-8")
def test_beyond_what_a_network_may_ask_nothing_is_sent_from_it_and_the_page_is_the_same(app: Flask, lea: Member):
    for number in range(60):
        asks(app, f"person{number}@elsewhere.example.org")
    assert "Consultez vos mails" in asks(app, lea.email).title
    assert links_to(app, lea.email) == []
    asks(app, lea.email, network="203.0.113.7")
    assert len(links_to(app, lea.email)) == 1


@row("LNK-8")
def test_no_more_than_three_links_live_for_one_account(app: Flask, lea: Member):
    for _ in range(3):
        asks(app, lea.email)
    with app.app_context():
        db.session.execute(db.text("DELETE FROM attempt"))  # another address, another day: only the links are counted
        db.session.commit()
    asks(app, lea.email)
    assert len(links_to(app, lea.email)) == 3
    with clock.travel(HOUR):
        asks(app, lea.email)
        assert len(links_to(app, lea.email)) == 4


def test_the_mail_goes_to_the_address_that_is_kept_whatever_is_typed(app: Flask, lea: Member):
    asks(app, f" {lea.email.upper()} ")
    assert len(links_to(app, lea.email)) == 1


def test_a_right_password_is_no_longer_waited_for_once_it_was_reset(app: Flask, portal: Portal, lea: Member):
    for _ in range(6):
        assert not signs_in(app, portal, lea.email, "Pas-le-bon-1")
    asks(app, lea.email)
    chooses(app, link_to(app, lea.email))
    assert signs_in(app, portal, lea.email, NEW)


def test_a_full_password_path_uses_no_link(app: Flask, lea: Member):
    asks(app, lea.email)
    path = app.extensions["idp_passwords"]
    app.extensions["idp_passwords"] = Passwords(Profile(8, 1, 1), hashing=0, waiting=0)
    assert chooses(app, link_to(app, lea.email)).status == 503
    app.extensions["idp_passwords"] = path
    assert "Votre mot de passe est changé" in chooses(app, link_to(app, lea.email)).text


@row("AUD-1")
def test_what_was_asked_and_done_is_written_down(app: Flask, lea: Member):
    asks(app, lea.email)
    asks(app, "nobody@example.org")
    chooses(app, link_to(app, lea.email))
    with app.app_context():
        kinds = ("accounts:password_reset:asked", "accounts:password_reset:done")
        rows = db.session.scalars(select(AuditEvent).where(AuditEvent.event.in_(kinds)).order_by(AuditEvent.id))
        assert [(one.event[24:], one.subject_id, one.actor_id) for one in rows] == [
            ("asked", lea.id, None),
            ("asked", None, None),
            ("done", lea.id, lea.id),
        ]


def asked(app: Flask, email: str) -> tuple[str, Asked]:
    """What someone sees who asks for that address, but for what is theirs, and what it cost."""
    browser = Browser(app)
    data = browser.get("/password-reset").fields() | {"email": email}
    with statements.asked(app) as counted:
        response = browser.client.post("/password-reset", data=data, base_url=ISSUER)
    kept_or_undone = re.compile("^(RELEASE|ROLLBACK TO) ")
    counted.statements = [kept_or_undone.sub("END OF ", statement) for statement in counted.statements]
    text = response.get_data(as_text=True).replace("<wbr />", "").replace(email, "…")
    return f"{response.status} {text} {sorted(response.headers.items())}", counted


def page_of(page: object) -> str:
    return re.sub(r'(name="csrf_token"[^>]*value=)"[^"]*"', r'\1"…"', page.text)


def kept(app: Flask, member: Member) -> str | None:
    with app.app_context():
        return db.session.scalar(select(Account.password_hash).where(Account.id == member.id))
