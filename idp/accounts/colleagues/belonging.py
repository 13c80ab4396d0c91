"""What a person may do in an organization, and the end of it: decided by its holders, or by who leaves."""

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from idp import clock
from idp.accounts import memberships
from idp.accounts.colleagues import models, telling
from idp.accounts.colleagues.holding import Held, place_of, still
from idp.accounts.colleagues.models import Colleague
from idp.accounts.colleagues.telling import What
from idp.accounts.models import RIGHTS, Account, Membership
from idp.audit import log
from idp.audit.events import Event
from idp.errors import NotFound
from idp.extensions import house
from idp.registry.models import Organization


class Refusal(StrEnum):
    """Why nothing was changed."""

    LAST_HOLDER = "last_holder"
    """An organization that has a holder keeps one."""
    NO_RIGHTS = "no_rights"
    """A colleague may do something, or is none."""


def colleague(held: Held, membership_id: UUID) -> Colleague:
    """One of the people of an organization. Raises `NotFound`."""
    found = Colleague.find(held.id, clock.now(), membership_id=membership_id)
    if found is None:
        raise NotFound("no such person in that organization")
    return found


def change(held: Held, membership_id: UUID, *, holder: bool, rights: Iterable[str]) -> Refusal | None:
    """Let a colleague do that, and nothing else; a holder has every right. Raises `NotFound` for who is none of theirs.

    What is narrower acts at once wherever we are asked: rights are read from the link each time.
    """
    holders = still(held)
    one = colleague(held, membership_id)
    granted = list(RIGHTS) if holder else [right for right in RIGHTS if right in set(rights)]
    if not granted:
        return Refusal.NO_RIGHTS
    if one.holder and not holder and _is_last(one, holders):
        return Refusal.LAST_HOLDER
    if (one.holder, one.rights) == (holder, granted):
        return None
    models.change_link(membership_id, holder=holder, rights=granted)
    details = {"membership": str(membership_id), "holder": holder, "rights": granted}
    log.record(Event.MEMBERSHIP_CHANGED, subject=one.account_id, organization=held.id, details=details)
    if one.holder and not holder:
        house.ended("holding", membership_id)
    if one.holder != holder:
        what = What.MADE_HOLDER if holder else What.NO_HOLDER_ANY_MORE
        telling.tell_holders(held.organization, one.name, what, but=held.holder.account_id)
    return None


def end(held: Held, membership_id: UUID) -> Refusal | None:
    """End a person's link to an organization, and to its sites, with all the grants that stand on them (TRS-3).

    The person is told, and so are the other holders. Raises `NotFound` for who is none of theirs.
    """
    holders = still(held)
    one = colleague(held, membership_id)
    if one.holder and _is_last(one, holders):
        return Refusal.LAST_HOLDER
    _end(held.organization, one)
    telling.tell_person(held.organization, one)
    telling.tell_holders(held.organization, one.name, What.ENDED, but=held.holder.account_id)
    return None


def remove(organization: Organization, one: Colleague) -> None:
    """End a person's link for an operator, who answers for whether anybody holds the organization afterwards."""
    _end(organization, one)
    _tell_of_the_end(organization, one)


def pass_on(organization: Organization, one: Colleague, heir: Account) -> Membership:
    """The same, and their link goes to `heir`, who comes first for the sites that nobody holds then; the new link."""
    ended = _end_links(organization, one)
    link = memberships.link(heir, organization, holder=one.holder, rights=one.rights)
    memberships.hand_over(ended)
    _tell_of_the_end(organization, one)
    return link


def leave(account_id: UUID, organization_id: UUID) -> Refusal | None:
    """Leave an organization, and its sites, by oneself; its holders are told. Raises `NotFound`.

    The last holder stays until there is another.
    """
    organization, one = place_of(account_id, organization_id)
    holders = Colleague.holders(organization.id, clock.now())
    if one.holder and _is_last(one, holders):
        return Refusal.LAST_HOLDER
    _end(organization, one)
    telling.tell_holders(organization, one.name, What.LEFT)
    return None


def _tell_of_the_end(organization: Organization, one: Colleague) -> None:
    telling.tell_person(organization, one)
    telling.tell_holders(organization, one.name, What.ENDED)


def _is_last(one: Colleague, holders: list[Colleague]) -> bool:
    return not {holder.account_id for holder in holders} - {one.account_id}


def _end(organization: Organization, one: Colleague) -> None:
    """End a person's links there and at its sites; a site that nobody holds then goes to who holds the member."""
    memberships.hand_over(_end_links(organization, one))


def _end_links(organization: Organization, one: Colleague) -> list[UUID]:
    """Where they were linked, but for the organization itself."""
    models.hold(organization.id)  # a statement of its own: the next ones see what whoever was waited for has done
    ended = models.end_links(one, organization.id, clock.now())
    for link in ended:
        house.ended("membership", link.membership_id)
        details = {"membership": str(link.membership_id)}
        log.record(Event.MEMBERSHIP_ENDED, subject=link.account_id, organization=link.organization_id, details=details)
    return [link.organization_id for link in ended if link.organization_id != organization.id]
