"""The link of an invitation: whoever reads that mailbox joins, signed in or by opening an account (TRS-5).

The link alone is not enough, since a mail is forwarded easily: it asks for an account whose certified address is the
invited one, or for a code sent to that very mailbox while the account is opened.
"""

from enum import StrEnum
from uuid import UUID

from idp import clock
from idp.accounts import email_certification, memberships
from idp.accounts.colleagues import telling
from idp.accounts.colleagues.inviting import PURPOSE
from idp.accounts.colleagues.models import Colleague, Invitation, Invited
from idp.accounts.colleagues.telling import What
from idp.accounts.models import Account, EmailAddress
from idp.accounts.opening import newcomers
from idp.accounts.opening.newcomers import Newcomer, Way
from idp.audit import log
from idp.audit.events import Event
from idp.db import db, own_transaction
from idp.proofs import links
from idp.registry.models import Organization

WAY = Way("invitation-code", "accounts/invitation_code")


class Refusal(StrEnum):
    """Why nobody joins."""

    DEAD = "dead"
    """Expired, used, taken back, none of ours; or whoever wrote it holds the organization no more."""
    ELSEWHERE = "elsewhere"
    """Signed in with another address than the invited one, or with one that must be certified first."""


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


def open_account(secret: str, invited: Invited, newcomer: Newcomer, code: str) -> newcomers.Refusal | None:
    """Open the account of who reads the invited mailbox, sign them in and let them join; all of it, or nothing."""

    def accepts(account: Account) -> bool:
        return links.redeem(PURPOSE, secret, bound_to=invited.canonical) is not None and _still(invited) is not None

    opened = newcomers.open_account(WAY, invited, newcomer, code, accepts)
    if isinstance(opened, newcomers.Refusal):
        _note(opened, invited)
        return opened
    _enter(opened, invited)
    return None


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
    _note(refusal, invited)
    return refusal


def _note(refusal: StrEnum, invited: Invited | None) -> None:
    organization_id = invited.organization_id if invited else None
    log.record(Event.INVITATION_REFUSED, organization=organization_id, reason=refusal)
