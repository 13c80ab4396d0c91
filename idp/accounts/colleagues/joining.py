"""The link of an invitation: whoever reads that mailbox joins, signed in or by opening an account (TRS-5).

The link alone is not enough, since a mail is forwarded easily: it asks for an account whose certified address is the
invited one, or for a code sent to that very mailbox while the account is opened.
"""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from idp import clock
from idp.accounts import email_certification, memberships, people
from idp.accounts.colleagues import telling
from idp.accounts.colleagues.inviting import PURPOSE
from idp.accounts.colleagues.models import Colleague, Invitation, Invited
from idp.accounts.colleagues.telling import What
from idp.accounts.models import Account, EmailAddress, TermsAcceptance
from idp.accounts.people import Person
from idp.audit import log, origin
from idp.audit.events import Event
from idp.db import db, own_transaction
from idp.delivery import outbox
from idp.proofs import codes, links
from idp.registry.models import Organization
from idp.sessions import current, lifecycle

CODE = "invitation-code"


class Refusal(StrEnum):
    """Why nobody joins."""

    DEAD = "dead"
    """Expired, used, taken back, none of ours; or whoever wrote it holds the organization no more."""
    ELSEWHERE = "elsewhere"
    """Signed in with another address than the invited one, or with one that must be certified first."""
    WRONG_CODE = "wrong_code"
    ADDRESS_TAKEN = "address_taken"


@dataclass(frozen=True)
class Newcomer:
    """What a person says who has no account: the names they go by, and the hash of the password they chose."""

    given_names: str
    family_name: str
    password_hash: str
    locale: str | None = None
    terms_id: UUID | None = None


def behind(secret: str) -> Invited | None:
    """The invitation of a link, while it may be accepted. In a transaction of its own; nothing is used."""
    with own_transaction(writes=False) as own:
        invitation_id = links.look(PURPOSE, secret, own)
        return Invitation.invited(invitation_id, clock.now(), own) if invitation_id else None


def is_meant(invited: Invited, account_id: UUID) -> bool:
    """Whether that person's account has the invited address, certified."""
    address = EmailAddress.live(account_id)
    if address is None or address.canonical != invited.canonical:
        return False
    return email_certification.is_good(address.certified_at, address.certification_due_at, clock.now())


def join(secret: str, account_id: UUID) -> Invited | Refusal:
    """Let who is signed in join, by the link sent to their own address; used once."""
    invited = _read(secret)
    if invited is None:
        return _refused(Refusal.DEAD, None)
    if not is_meant(invited, account_id):
        return _refused(Refusal.ELSEWHERE, invited)
    if links.redeem(PURPOSE, secret, bound_to=invited.canonical) is None:
        return _refused(Refusal.DEAD, invited)
    account = db.session.get(Account, account_id)
    assert account is not None, "its address was just read"
    _enter(account, invited)
    return invited


def send_code(invited: Invited, locale: str | None = None) -> None:
    """Send a code to the invited mailbox, for who opens an account; to one that has an account, a mail that says so.

    Nothing else tells whether it has one.
    """
    code = codes.issue_by_mail(CODE, invited.id, invited.canonical)
    if code is None:
        return  # enough were sent: the last one is good as long as it lives
    outbox.send_mail(
        "accounts/invitation_code",
        invited.canonical,
        fund_id=invited.fund_id,
        locale=locale,
        company=invited.company,
        code=None if Account.by_email(invited.canonical) else code,
    )


def open_account(secret: str, invited: Invited, newcomer: Newcomer, code: str) -> Invited | Refusal:
    """Open the account of who reads the invited mailbox, sign them in and let them join; all of it, or nothing.

    A try of the code is counted, whatever comes of it.
    """
    if not codes.verify(CODE, invited.id, invited.canonical, code):
        return _refused(Refusal.WRONG_CODE, invited)
    person = Person(newcomer.given_names, newcomer.family_name, invited.typed)
    account = people.made(person, invited.canonical, newcomer.password_hash, invited.fund_id)
    account.locale = newcomer.locale
    with db.session.begin_nested() as attempt:
        refusal = _use_up(secret, invited, account)
        if refusal is not None:
            attempt.rollback()
    if refusal is not None:
        return _refused(refusal, invited)
    if newcomer.terms_id is not None:
        TermsAcceptance.add(account.id, newcomer.terms_id, clock.now())
    session = lifecycle.start(account.id, method="mail", former=current.session())
    current.start(session)
    origin.acts(account.id)
    log.record(Event.ACCOUNT_CREATED, subject=account.id, organization=invited.organization_id, session=session.id)
    _enter(account, invited)
    return invited


def _use_up(secret: str, invited: Invited, account: Account) -> Refusal | None:
    if links.redeem(PURPOSE, secret, bound_to=invited.canonical) is None or _still(invited) is None:
        return Refusal.DEAD
    return None if account.add() else Refusal.ADDRESS_TAKEN


def _read(secret: str) -> Invited | None:
    invitation_id = links.look(PURPOSE, secret)
    return Invitation.invited(invitation_id, clock.now()) if invitation_id else None


def _still(invited: Invited) -> Invited | None:
    return Invitation.invited(invited.id, clock.now())


def _enter(account: Account, invited: Invited) -> None:
    """Who is there already stays as they are: an invitation takes nothing away."""
    now = clock.now()
    Invitation.accept(invited.id, account.id, now)
    organization = Organization.by_id(invited.organization_id)
    assert organization is not None, "an invitation goes with its organization"
    if Colleague.find(organization.id, now, account_id=account.id) is None:
        link = memberships.link(account, organization, rights=invited.rights)
        link.invited_by_id = invited.inviter_id
        telling.tell_holders(organization, account.name, What.JOINED, but=account.id)
    details = {"invitation": str(invited.id), "by": str(invited.inviter_id)}
    log.record(Event.INVITATION_ACCEPTED, subject=account.id, organization=organization.id, details=details)


def _refused(refusal: Refusal, invited: Invited | None) -> Refusal:
    organization_id = invited.organization_id if invited else None
    log.record(Event.INVITATION_REFUSED, organization=organization_id, reason=refusal)
    return refusal
