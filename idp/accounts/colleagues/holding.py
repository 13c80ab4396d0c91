"""Who may act on the people of an organization: its holders, and nobody else."""

from dataclasses import dataclass
from uuid import UUID

from idp import clock
from idp.accounts.colleagues.models import Colleague
from idp.errors import NotFound
from idp.registry.models import Organization


@dataclass(frozen=True)
class Held:
    """An organization, and its holder who acts: `held_by` alone makes it."""

    organization: Organization
    holder: Colleague

    @property
    def id(self) -> UUID:
        """The organization's."""
        return self.organization.id


def held_by(account_id: UUID, organization_id: UUID) -> Held:
    """That organization, if this person holds it. Raises `NotFound`, the same for one that is not theirs (TRS-1)."""
    organization, colleague = place_of(account_id, organization_id)
    if not colleague.holder:
        raise NotFound("not a holder of that organization")
    return Held(organization, colleague)


def still(held: Held) -> list[Colleague]:
    """The holders, locked until the end: whoever was ended a moment ago by another of them acts no more.

    Asked before anything else is locked. Raises `NotFound`.
    """
    holders = Colleague.holders(held.id, clock.now())
    if held.holder.account_id not in {one.account_id for one in holders}:
        raise NotFound("no holder of that organization any more")
    return holders


def place_of(account_id: UUID, organization_id: UUID) -> tuple[Organization, Colleague]:
    """That organization and this person's link to it. Raises `NotFound`, the same for one that is not theirs."""
    colleague = Colleague.find(organization_id, clock.now(), account_id=account_id)
    organization = Organization.by_id(organization_id)
    if colleague is None or organization is None or organization.closed_at is not None:
        raise NotFound("no such organization, or not this person's")
    return organization, colleague
