"""Whoever reads the mailbox of an offer and has no account opens one, with a code sent to that very mailbox (DLG-4)."""

from enum import StrEnum

from idp import clock
from idp.accounts import people
from idp.accounts.colleagues.joining import Newcomer
from idp.accounts.models import Account, TermsAcceptance
from idp.accounts.people import Person
from idp.audit import log, origin
from idp.audit.events import Event
from idp.db import db
from idp.delegations.granting import answering
from idp.delegations.granting.answering import Offer
from idp.delivery import outbox
from idp.proofs import codes
from idp.sessions import current, lifecycle

CODE = "delegation-offer-code"


class Refusal(StrEnum):
    """Why no account is opened."""

    DEAD = "dead"
    """The offer waits no more."""
    WRONG_CODE = "wrong_code"
    ADDRESS_TAKEN = "address_taken"


def send_code(offer: Offer, locale: str | None = None) -> None:
    """Send a code to the mailbox of the offer; to one that has an account, a mail that says so."""
    code = codes.issue_by_mail(CODE, offer.id, offer.canonical)
    if code is None:
        return  # enough were sent: the last one is good as long as it lives
    outbox.send_mail(
        "delegations/offer_code",
        offer.canonical,
        fund_id=offer.fund_id,
        locale=locale,
        company=offer.company,
        code=None if Account.by_email(offer.canonical) else code,
    )


def open_account(secret: str, offer: Offer, newcomer: Newcomer, code: str) -> Refusal | None:
    """Open the account, sign the person in and let them hold that one delegation; all of it, or nothing.

    A try of the code is counted, whatever comes of it.
    """
    if not codes.verify(CODE, offer.id, offer.canonical, code):
        return _refused(Refusal.WRONG_CODE, offer)
    person = Person(newcomer.given_names, newcomer.family_name, offer.typed)
    account = people.made(person, offer.canonical, newcomer.password_hash, offer.fund_id)
    account.locale = newcomer.locale
    with db.session.begin_nested() as attempt:
        refusal = _use_up(secret, offer, account)
        if refusal is not None:
            attempt.rollback()
    if refusal is not None:
        return _refused(refusal, offer)
    if newcomer.terms_id is not None:
        TermsAcceptance.add(account.id, newcomer.terms_id, clock.now())
    session = lifecycle.start(account.id, method="mail", former=current.session())
    current.start(session)
    log.record(Event.ACCOUNT_CREATED, subject=account.id, organization=offer.organization_id, session=session.id)
    return None


def _use_up(secret: str, offer: Offer, account: Account) -> Refusal | None:
    if not account.add():
        return Refusal.ADDRESS_TAKEN
    origin.acts(account.id)
    return None if answering.accept_by_link(secret, offer, account.id) is None else Refusal.DEAD


def _refused(refusal: Refusal, offer: Offer) -> Refusal:
    details = {"delegation": str(offer.id)}
    log.record(Event.DELEGATION_TURNED_AWAY, organization=offer.organization_id, reason=refusal, details=details)
    return refusal
