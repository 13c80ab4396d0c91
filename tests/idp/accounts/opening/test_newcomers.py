"""An account for who was written to and has none: all of it, or nothing, and by the mailbox alone."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from flask import Flask

from idp.accounts.models import Account
from idp.accounts.opening import newcomers
from idp.accounts.opening.newcomers import Newcomer, Refusal, Way
from idp.audit import origin
from idp.audit.events import Event
from idp.audit.models import AuditEvent
from idp.db import db, new_id, unit_of_work
from tests.builders import a_fund, an_account, an_organization
from tests.mailbox import mails_to
from tests.rows import row

WAY = Way("trial-code", "accounts/invitation_code")
NOUR = Newcomer("Nour", "El Amrani", "$argon2id$", "fr")
MAILBOX = "nour@example.org"


@dataclass(frozen=True)
class Letter:
    """Something that a mailbox was written for."""

    id: UUID
    organization_id: UUID
    fund_id: UUID
    company: str = "Maçonnerie Martin"
    typed: str = MAILBOX
    canonical: str = MAILBOX


@pytest.fixture
def written(any_app: Flask) -> Letter:
    with any_app.app_context():
        fund = a_fund()
        return Letter(new_id(), an_organization(fund).id, fund.id)


def sent(app: Flask, written: Letter) -> str:
    """The code that came."""
    with app.app_context(), unit_of_work():
        newcomers.send_code(WAY, written, "fr")
    words = mails_to(app, MAILBOX, WAY.mail)[-1].text.split()
    return next(word for word in words if word.isdigit() and len(word) == 6)


def opens(app: Flask, written: Letter, code: str, accepts: bool = True) -> tuple[object, UUID | None]:
    """What came of it, and who is said to act then."""
    with app.test_request_context("/"), unit_of_work():
        outcome = newcomers.open_account(WAY, written, NOUR, code, lambda account: accepts)
        return outcome, origin.current().actor


def account_of(app: Flask) -> Account | None:
    with app.app_context():
        return Account.by_email(MAILBOX)


@row("TRS-5", "DLG-4")
def test_the_code_of_that_mailbox_opens_one_account_once(any_app: Flask, written: Letter):
    code = sent(any_app, written)
    outcome, actor = opens(any_app, written, code)
    assert isinstance(outcome, Account)
    account = account_of(any_app)
    assert account is not None
    assert actor == account.id
    assert opens(any_app, written, code)[0] is Refusal.WRONG_CODE
    with any_app.app_context():
        created = db.session.query(AuditEvent).filter_by(event=Event.ACCOUNT_CREATED).all()
    assert [one.subject_id for one in created] == [account.id]


@row("TRS-5", "DLG-4")
def test_a_code_for_something_else_opens_nothing(any_app: Flask, written: Letter):
    code = sent(any_app, written)
    other = Letter(new_id(), written.organization_id, written.fund_id)
    assert opens(any_app, other, code)[0] is Refusal.WRONG_CODE
    with any_app.test_request_context("/"), unit_of_work():
        elsewhere = Way("another-code", WAY.mail)
        assert newcomers.open_account(elsewhere, written, NOUR, code, lambda account: True) is Refusal.WRONG_CODE
    assert account_of(any_app) is None


def test_what_may_be_accepted_no_more_leaves_no_account_and_nobody_acting(any_app: Flask, written: Letter):
    assert opens(any_app, written, sent(any_app, written), accepts=False) == (Refusal.DEAD, None)
    assert account_of(any_app) is None


def test_an_address_that_has_an_account_meanwhile_stays_as_it_is(any_app: Flask, written: Letter):
    code = sent(any_app, written)
    with any_app.app_context():
        held = an_account(email=MAILBOX).id
    assert opens(any_app, written, code)[0] is Refusal.ADDRESS_TAKEN
    account = account_of(any_app)
    assert account is not None
    assert account.id == held
