"""An account for who was written to and has none: a code sent to that very mailbox, their names, a password.

The link of the mail is not enough, since a mail is forwarded easily (TRS-5, DLG-4).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from idp import clock
from idp.accounts import people
from idp.accounts.models import Account, TermsAcceptance
from idp.accounts.people import Person
from idp.audit import log, origin
from idp.audit.events import Event
from idp.db import db
from idp.delivery import outbox
from idp.proofs import codes
from idp.sessions import current, lifecycle


class Refusal(StrEnum):
    """Why no account is opened."""

    DEAD = "dead"
    """What the person was written for may be accepted no more."""
    WRONG_CODE = "wrong_code"
    ADDRESS_TAKEN = "address_taken"


class Written(Protocol):
    """What a mailbox was written for: an invitation, an offer. Its company is named in the mails."""

    @property
    def id(self) -> UUID: ...
    @property
    def organization_id(self) -> UUID: ...
    @property
    def fund_id(self) -> UUID: ...
    @property
    def company(self) -> str: ...
    @property
    def typed(self) -> str: ...
    @property
    def canonical(self) -> str: ...


@dataclass(frozen=True)
class Way:
    """A way in: the purpose of its codes, and the mail that brings one."""

    purpose: str
    mail: str


@dataclass(frozen=True)
class Newcomer:
    """What a person says who has no account: the names they go by, and the hash of the password they chose."""

    given_names: str
    family_name: str
    password_hash: str
    locale: str | None = None
    terms_id: UUID | None = None


def send_code(way: Way, written: Written, locale: str | None = None) -> None:
    """Send a code to that mailbox; to one that has an account, a mail that says so. Nothing else tells which it is."""
    code = codes.issue_by_mail(way.purpose, written.id, written.canonical)
    if code is None:
        return  # enough were sent: the last one is good as long as it lives
    outbox.send_mail(
        way.mail,
        written.canonical,
        fund_id=written.fund_id,
        locale=locale,
        company=written.company,
        code=None if Account.by_email(written.canonical) else code,
    )


def open_account(
    way: Way, written: Written, newcomer: Newcomer, code: str, accept: Callable[[Account], bool]
) -> Account | Refusal:
    """Open the account of who reads that mailbox, let it accept, and sign them in; all of it, or nothing.

    A try of the code is counted, whatever comes of it.
    """
    if not codes.verify(way.purpose, written.id, written.canonical, code):
        return Refusal.WRONG_CODE
    person = Person(newcomer.given_names, newcomer.family_name, written.typed)
    account = people.made(person, written.canonical, newcomer.password_hash, written.fund_id)
    account.locale = newcomer.locale
    with db.session.begin_nested() as attempt:
        refusal = _enter(account, accept)
        if refusal is not None:
            attempt.rollback()
    if refusal is not None:
        return refusal
    if newcomer.terms_id is not None:
        TermsAcceptance.add(account.id, newcomer.terms_id, clock.now())
    session = lifecycle.start(account.id, method="mail", former=current.session())
    current.start(session)
    log.record(Event.ACCOUNT_CREATED, subject=account.id, organization=written.organization_id, session=session.id)
    return account


def _enter(account: Account, accept: Callable[[Account], bool]) -> Refusal | None:
    if not account.add():
        return Refusal.ADDRESS_TAKEN
    origin.acts(account.id)
    if accept(account):
        return None
    origin.acts(None)  # there is no such account after all
    return Refusal.DEAD
