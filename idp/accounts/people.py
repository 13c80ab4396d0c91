"""Create the account of a person who needs no opening: seeds, and imports of accounts that were opened elsewhere."""

import re
from dataclasses import dataclass
from uuid import UUID

from idp import clock
from idp.accounts import email_certification, logins
from idp.accounts.models import Account, EmailAddress, PhoneNumber
from idp.accounts.passwords import weaknesses
from idp.audit import log
from idp.audit.events import Event
from idp.db import db, new_id
from idp.extensions import passwords
from idp.registry.models import Fund

_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


@dataclass(frozen=True)
class Person:
    """A person, and how to reach them. Numbers are in E.164; `mobile_is_certified`: a code proved the mobile."""

    given_names: str
    family_name: str
    email: str
    civility: str | None = None
    mobile: str | None = None
    mobile_is_certified: bool = False
    fixed: str | None = None


class PersonRefused(ValueError):
    """The account cannot be created; the message says why, for the operator."""


def create(person: Person, password: str, fund: Fund | None = None) -> Account:
    """An activated account with that password; its address is certified, as if by the link of an activation.

    `fund` is the one whose register gave the names. Raises `PersonRefused`, and `keys.errors.Busy`.
    """
    canonical = logins.canonical(person.email)
    if canonical is None:
        raise PersonRefused(f"{person.email!r} is no mail address")
    for number in filter(None, (person.mobile, person.fixed)):
        if not _E164.fullmatch(number):
            raise PersonRefused(f"{number!r} is not in E.164")
    about = (person.given_names, person.family_name, canonical.partition("@")[0])
    if weak := weaknesses(password, about):
        raise PersonRefused(f"the password is refused: {', '.join(weak)}")
    with passwords.place():
        password_hash = passwords.hash(password)
    if Account.by_email(canonical):
        raise PersonRefused(f"{canonical} has an account")
    return _add(person, canonical, password_hash, fund)


def made(person: Person, canonical: str, password_hash: str, fund_id: UUID | None) -> Account:
    """The same account, not written yet: its caller proved that the mailbox is the person's."""
    now = clock.now()
    account = Account(
        id=new_id(),
        fund_id=fund_id,
        civility=person.civility,
        given_names=person.given_names,
        family_name=person.family_name,
        password_hash=password_hash,
        password_set_at=now,
        created_at=now,
        updated_at=now,
        activated_at=now,
    )
    account.email = EmailAddress(
        typed=person.email,
        canonical=canonical,
        certified_at=now,
        certification_due_at=email_certification.first_due(account.id, now),
        created_at=now,
    )
    if person.mobile:
        certified_at = now if person.mobile_is_certified else None
        account.phones.append(
            PhoneNumber(kind="mobile", number=person.mobile, certified_at=certified_at, created_at=now)
        )
    if person.fixed:
        account.phones.append(PhoneNumber(kind="fixed", number=person.fixed, created_at=now))
    return account


def _add(person: Person, canonical: str, password_hash: str, fund: Fund | None) -> Account:
    account = made(person, canonical, password_hash, fund.id if fund else None)
    db.session.add(account)
    db.session.flush()
    log.record(Event.ACCOUNT_CREATED, subject=account.id)
    return account
