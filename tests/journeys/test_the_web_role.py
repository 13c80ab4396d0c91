"""The servers' own login on PostgreSQL may do what every journey needs, and nothing that commands do."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from idp.db import db
from idp.delivery.models import OutgoingMessage
from tests import worlds
from tests.browser import Browser
from tests.builders import Member, Portal, a_client, a_delegation, a_member, an_account, an_organization, membership
from tests.idp.accounts.resets import asks as forgets
from tests.idp.accounts.resets import chooses, link_to
from tests.mailbox import link_in, mails_to, messages_to
from tests.openings import MOBILE, MOBILE_E164, activates, completes, identifies, opens, two_letters
from tests.relying_party import RelyingParty
from tests.rows import row
from tests.servers import Postgres


@pytest.fixture
def owner(postgres_template: worlds.PostgresTemplate, tmp_path: Path) -> Iterator[Flask]:
    """The application as its operator runs commands: the owner of the tables."""
    made = postgres_template.copy(tmp_path)
    yield made
    worlds.close(made)


@pytest.fixture
def served(owner: Flask, postgres: Postgres, tmp_path: Path) -> Iterator[Flask]:
    """The same database, as the servers reach it."""
    with owner.app_context():
        found = db.session.scalar(sa.text("SELECT 1 FROM pg_roles WHERE rolname = 'served'"))
        db.session.execute(sa.text("SELECT 1" if found else "CREATE ROLE served LOGIN IN ROLE idp_web"))
        db.session.commit()
        name = str(db.engine.url.database)
    shortlived = owner.extensions["settings"].shortlived_url
    made = worlds.create_app(worlds.settings_for(postgres.url(name, "served"), shortlived, tmp_path))
    yield made
    worlds.close(made)


@pytest.fixture
def portal(owner: Flask) -> Portal:
    with owner.app_context():
        return a_client()


@pytest.fixture
def lea(owner: Flask) -> Member:
    with owner.app_context():
        return a_member()


def test_a_sign_in_its_tokens_and_its_end(served: Flask, portal: Portal, lea: Member):
    party, browser = RelyingParty(served, portal), Browser(served)
    browser.signs_in(lea, portal, scope="openid profile organization organizations phone")
    tokens = party.redeems(browser.page.answer["code"])
    assert party.userinfo(tokens["access_token"]).ok
    newer = party.refreshes(tokens["refresh_token"])
    assert party.introspects(newer["access_token"]).body["active"]
    assert party.revokes(newer["refresh_token"]).ok
    browser.get("/end_session")
    browser.submit(choice="yes")
    assert browser.asks(portal, prompt="none").answer["error"] == "login_required"


def test_an_opening_up_to_its_account(owner: Flask, served: Flask):
    letters, browser = two_letters(owner), Browser(served)
    assert identifies(browser, letters, code="ZZZZ0000").status == 422
    identifies(browser, letters)
    browser.submit(choice="certify", mobile=MOBILE)
    code = messages_to(owner, MOBILE_E164)[-1].text[-6:]
    browser.submit(choice="verify", code=code)
    completes(browser, "ines@example.org")
    assert "Compte activé" in activates(browser, served, "ines@example.org").title
    other = Browser(served)
    opens(other, two_letters(owner), "ines@example.org")  # an address that has an account
    assert len(mails_to(owner, "ines@example.org")) == 2


def test_letters_asked_again_a_reset_and_a_certification(owner: Flask, served: Flask, portal: Portal, lea: Member):
    letters, browser = two_letters(owner), Browser(served)
    browser.get("/lost-letters")
    assert browser.submit(number=letters.number, siret=letters.siret).status == 200
    forgets(served, lea.email)
    assert "est changé" in chooses(served, link_to(owner, lea.email)).text
    with owner.app_context():
        due = an_account(email="due@example.org")
        db.session.execute(sa.text("UPDATE email_address SET certified_at = NULL WHERE canonical = 'due@example.org'"))
        db.session.commit()
    page = browser.signs_in(due, portal)
    assert "Confirmez votre adresse mail" in page.text
    browser.submit(choice="send")
    (mail,) = mails_to(owner, due.email)
    browser.get(link_in(mail))
    assert "est confirmée" in browser.submit().text


def test_a_choice_a_delegation_and_a_consent(owner: Flask, served: Flask):
    with owner.app_context():
        firm, client = an_organization(kind="firm"), an_organization()
        clerk = an_account()
        membership(clerk.id, firm.id, holder=False)
        a_delegation(client.id, firm.id, applications_allowed=True)
        partner, client_id = a_client(first_party=False), str(client.id)
    browser = Browser(served)
    browser.signs_in(clerk, partner, organization=client_id)
    assert "Autorisation" in browser.page.title
    browser.submit(choice="allow")
    assert "code" in browser.page.answer
    browser.get("/applications")
    assert browser.page.status == 200


@row("ADM-2")
def test_what_commands_do_the_servers_may_not(served: Flask):
    forbidden = (
        "DELETE FROM audit_event",
        "SELECT * FROM audit_person",
        "UPDATE organization SET name = 'mine'",
        "INSERT INTO signing_key DEFAULT VALUES",
        "UPDATE client SET first_party = true",
        "DELETE FROM account",
        "DELETE FROM delegation",
    )
    for statement in forbidden:
        with served.app_context(), pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            db.session.execute(sa.text(statement))
    with served.app_context():
        assert db.session.query(OutgoingMessage).count() == 0  # the courier's table is theirs
