"""Accounts made without an opening."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from idp.accounts import people
from idp.accounts.models import Account
from idp.accounts.people import Person, PersonRefused
from idp.audit.models import AuditEvent
from idp.db import db, unit_of_work
from idp.extensions import passwords

PASSWORD = "Chantier-2026"


@pytest.fixture(autouse=True)
def _house(any_app: Flask) -> Iterator[None]:
    with any_app.app_context():
        yield
        db.session.rollback()


@pytest.fixture
def lea() -> Person:
    mobile, fixed = "+262639980001", "+33199000010"
    return Person("Léa", "Martin", "Lea@Example.org", "Mme", mobile, mobile_is_certified=True, fixed=fixed)


def test_a_created_account_may_sign_in_at_once(lea: Person):
    with unit_of_work():
        people.create(lea, PASSWORD)
    credential = Account.credential(db.session, lea.email.lower())
    with passwords.place():
        assert passwords.verify(credential.password_hash, PASSWORD)


def test_its_address_is_certified_and_kept_as_typed_too(lea: Person):
    with unit_of_work():
        account = people.create(lea, PASSWORD)
    assert (account.email.typed, account.email.canonical) == (lea.email, lea.email.lower())
    assert account.email.certified_at is not None
    assert account.name == "Léa Martin"


def test_its_numbers_say_which_was_certified(lea: Person):
    with unit_of_work():
        account = people.create(lea, PASSWORD)
    certified = {phone.kind: (phone.number, phone.certified_at is not None) for phone in account.phones}
    assert certified == {"mobile": ("+262639980001", True), "fixed": ("+33199000010", False)}


def test_the_audit_names_the_account_and_not_the_person(lea: Person):
    with unit_of_work():
        account = people.create(lea, PASSWORD)
    event = db.session.scalar(select(AuditEvent).where(AuditEvent.subject_id == account.id))
    assert event.event == "accounts:account:created"
    assert event.details == {}


def test_an_address_has_one_account(lea: Person):
    with unit_of_work():
        people.create(lea, PASSWORD)
    with pytest.raises(PersonRefused, match="has an account"):
        people.create(replace(lea, email=lea.email.upper()), PASSWORD)


@pytest.mark.parametrize(
    ("changed", "password"),
    [
        ({"email": "lea"}, PASSWORD),
        ({"mobile": "06 39 98 00 01"}, PASSWORD),
        ({"fixed": "+33199000010;ext=1"}, PASSWORD),
        ({}, "court"),
        ({}, "uneseuleclasse"),
    ],
)
def test_what_cannot_be_is_refused(lea: Person, changed: dict[str, str], password: str):
    with pytest.raises(PersonRefused):
        people.create(replace(lea, **changed), password)
