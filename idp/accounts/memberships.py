"""Who belongs to which organization, and what they may do there."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from idp import clock
from idp.accounts.models import RIGHTS, Account, Membership
from idp.accounts.names import are_one_person
from idp.accounts.register import models as register
from idp.audit import log
from idp.audit.events import Event
from idp.db import db
from idp.extensions import house
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
    held = bool(membership.holder)
    membership.holder, membership.rights = holder, list(granted)
    db.session.add(membership)
    db.session.flush()
    if held and not holder:
        house.ended("holding", membership.id)
    details = {"holder": holder, "rights": list(granted)}
    log.record(Event.MEMBERSHIP_STARTED, subject=account.id, organization=organization.id, details=details)
    return membership


def hand_over(site_ids: Iterable[UUID]) -> int:
    """Let the holders of a member hold those of these sites that nobody holds any more; how many links that is.

    An organization that has a holder keeps one. A link to the site that ended before is no obstacle here: whoever holds
    the member answers for its sites.
    """
    heirs = register.heirs(site_ids, clock.now())
    for account, site in heirs:
        link(account, site, holder=True)
    return len(heirs)


def follow(kind: str, ended_id: UUID) -> None:
    """End the links to an organization that ended: should it come back, nobody comes back with it."""
    if kind == "organization":
        for link_id, account_id in register.end_links(ended_id, clock.now()):
            _record_end(link_id, account_id, ended_id)


def follow_import(import_id: UUID, moved: Mapping[UUID, UUID]) -> dict[str, int]:
    """Bring links and names up to date with a register, in the transaction of its import; each deed counted.

    `moved` are the sites that changed members, each with the former one, whose holders lose the site. A holder of a
    member is linked to each of its sites, but for a link that ended: that one stays so.
    """
    unlinked = sum(_end_links(site_id, former_id) for site_id, former_id in moved.items())
    linked = register.unlinked(import_id)
    for account_id, site_id in linked:
        _link_holder(account_id, site_id)
    db.session.flush()
    heirs = hand_over(moved)
    corrected = [_correct(account, says) for account, says in register.named_otherwise(import_id)]
    return {
        "holders_linked": len(linked) + heirs,
        "holders_unlinked": unlinked,
        "names_corrected": sum(corrected),
    }


def _end_links(site_id: UUID, former_parent_id: UUID) -> int:
    ended = register.end_links_of_former_parent(site_id, former_parent_id, clock.now())
    for link_id, account_id in ended:
        house.ended("membership", link_id)
        _record_end(link_id, account_id, site_id)
    return len(ended)


def _record_end(link_id: UUID, account_id: UUID, organization_id: UUID) -> None:
    details = {"membership": str(link_id)}
    log.record(Event.MEMBERSHIP_ENDED, subject=account_id, organization=organization_id, details=details)


def _link_holder(account_id: UUID, site_id: UUID) -> None:
    ids = {"account_id": account_id, "organization_id": site_id}
    db.session.add(Membership(**ids, holder=True, rights=list(RIGHTS), started_at=clock.now()))
    details = {"holder": True, "rights": list(RIGHTS)}
    log.record(Event.MEMBERSHIP_STARTED, subject=account_id, organization=site_id, details=details)


def _correct(account: Account, says: Organization) -> bool:
    given_names, family_name = says.holder_given_names or "", says.holder_family_name or ""
    if not are_one_person((account.given_names, account.family_name), (given_names, family_name)):
        return False
    account.given_names, account.family_name, account.updated_at = given_names, family_name, clock.now()
    account.civility = says.holder_civility or account.civility
    log.record(Event.NAMES_CORRECTED, subject=account.id, organization=says.id)
    return True
