"""A holder invites a colleague: a mail to one address, with some rights, once and for a while (TRS-5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from idp import clock
from idp.accounts.colleagues.holding import Held
from idp.accounts.colleagues.models import Colleague, Invitation
from idp.accounts.models import RIGHTS, Account
from idp.audit import log
from idp.audit.events import Event
from idp.db import db, new_id
from idp.delivery import outbox
from idp.errors import NotFound
from idp.proofs import budgets, links
from idp.settings import settings

PURPOSE = "invitation"
MOST_WAITING = 50
"""So many invitations of one organization may wait at once."""


class Refusal(StrEnum):
    """Why no invitation leaves."""

    HERE = "here"
    """Who signs in with that address is in the organization already."""
    ENOUGH = "enough"
    """That address has been sent as many mails as it may be."""
    FULL = "full"
    NO_RIGHTS = "no_rights"


@dataclass(frozen=True)
class Invitee:
    """Whom to invite: the address as its owner reads it, with its canonical form, and what they may do."""

    typed: str
    canonical: str
    rights: Iterable[str]


def invite(held: Held, invitee: Invitee) -> Refusal | None:
    """Send an invitation, in the place of one that waits for the same address, whose link is dead then.

    The rights are a colleague's: another holder is made by changing them once the person is there.
    """
    now = clock.now()
    rights = [right for right in RIGHTS if right in set(invitee.rights)]
    if not rights:
        return Refusal.NO_RIGHTS
    account = Account.by_email(invitee.canonical)
    if account and Colleague.find(held.id, now, account_id=account.id):
        return Refusal.HERE
    if len(Invitation.waiting(held.id, now)) >= MOST_WAITING:
        return Refusal.FULL
    if not budgets.allow_mail(invitee.canonical):
        return Refusal.ENOUGH
    for former_id in Invitation.withdraw(held.id, now, Invitation.canonical == invitee.canonical):
        links.kill(PURPOSE, former_id)
    invitation = Invitation(
        id=new_id(),
        organization_id=held.id,
        invited_by_id=held.holder.account_id,
        typed=invitee.typed,
        canonical=invitee.canonical,
        rights=rights,
        created_at=now,
        expires_at=now + settings.invitation_lifetime,
    )
    db.session.add(invitation)
    db.session.flush()
    _send(held, invitation)
    details = {"invitation": str(invitation.id), "rights": rights}
    log.record(Event.INVITATION_SENT, organization=held.id, address=invitee.canonical, details=details)
    return None


def find(held: Held, invitation_id: UUID) -> Invitation:
    """One that waits. Raises `NotFound`."""
    found = next((one for one in Invitation.waiting(held.id, clock.now()) if one.id == invitation_id), None)
    if found is None:
        raise NotFound("no such invitation waits")
    return found


def withdraw(held: Held, invitation_id: UUID) -> None:
    """Take an invitation back: its link is of no use any more. Raises `NotFound`."""
    if not Invitation.withdraw(held.id, clock.now(), Invitation.id == invitation_id):
        raise NotFound("no such invitation waits")
    links.kill(PURPOSE, invitation_id)
    log.record(Event.INVITATION_WITHDRAWN, organization=held.id, details={"invitation": str(invitation_id)})


def _send(held: Held, invitation: Invitation) -> None:
    lifetime = settings.invitation_lifetime
    secret = links.issue(PURPOSE, invitation.id, lifetime, bound_to=invitation.canonical)
    outbox.send_mail(
        "accounts/invitation",
        invitation.canonical,
        fund_id=held.organization.fund_id,
        expires_at=invitation.expires_at,
        link=f"{settings.issuer}/{PURPOSE}/{secret}",
        company=held.organization.name,
        inviter=held.holder.name,
        until=invitation.expires_at,
    )
