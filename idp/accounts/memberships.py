"""Who belongs to which organization, and what they may do there."""

from collections.abc import Iterable

from idp import clock
from idp.accounts.models import RIGHTS, Account, Membership
from idp.audit import log
from idp.audit.events import Event
from idp.db import db
from idp.registry.models import Organization


class MembershipRefused(ValueError):
    """A person cannot be linked so; the message says why, for the operator."""


def link(
    account: Account, organization: Organization, *, holder: bool = False, rights: Iterable[str] = ()
) -> Membership:
    """Put a person into an organization as a holder, who has all rights, or as a colleague with some.

    Linked already, the person stays so, with what is asked now. A link to a member gives nothing on its sites. Raises
    `MembershipRefused` for a right that is none, a colleague without any, or an organization that is closed.
    """
    granted = RIGHTS if holder else tuple(right for right in RIGHTS if right in set(rights))
    unknown = set(rights) - set(RIGHTS)
    if unknown or not granted:
        raise MembershipRefused(f"no such right: {', '.join(sorted(unknown))}" if unknown else "a colleague has rights")
    if organization.closed_at is not None:
        raise MembershipRefused(f"{organization.number} is closed")
    now = clock.now()
    found = next((one for one in Membership.of(account.id, now) if one.organization_id == organization.id), None)
    if found and (found.holder, tuple(found.rights)) == (holder, granted):
        return found
    membership = found or Membership(account_id=account.id, organization_id=organization.id, started_at=now)
    membership.holder, membership.rights = holder, list(granted)
    db.session.add(membership)
    db.session.flush()
    details = {"holder": holder, "rights": list(granted)}
    log.record(Event.MEMBERSHIP_STARTED, subject=account.id, organization=organization.id, details=details)
    return membership
