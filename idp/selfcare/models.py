"""The firms that act for a company; what a person belongs to, ended or not; and what the register changes of that."""

from datetime import date, datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from idp.accounts.colleagues.models import is_live
from idp.accounts.models import Membership
from idp.db import db
from idp.delegations.models import Delegation, StaffAssignment
from idp.registry.models import Organization


class Firm(NamedTuple):
    """A firm that acts for an organization, or will once it says yes."""

    delegation_id: UUID
    name: str
    rights: list[str]
    ends_on: date
    accepted_at: datetime | None
    suspended_at: datetime | None
    last_used_at: datetime | None

    @classmethod
    def of(cls, organization_id: UUID, now: datetime, most: int) -> list["Firm"]:
        """Those of an organization that were not ended, by name."""
        columns: list[Any] = [Delegation.id, Delegation.firm_name, Delegation.rights, Delegation.ends_on]
        columns += [Delegation.accepted_at, Delegation.suspended_at, Delegation.last_used_at]
        live = (Delegation.ended_at.is_(None), Delegation.ends_at > now)
        answered = sa.or_(Delegation.accepted_at.is_not(None), Delegation.lapses_at > now)
        found = sa.select(*columns).where(Delegation.organization_id == organization_id, *live, answered)
        by_name = (sa.func.lower(Delegation.firm_name), Delegation.id)
        return [cls(*row) for row in db.session.execute(found.order_by(*by_name).limit(most))]


def delegations_of(organization_id: UUID) -> list[Delegation]:
    """Those that an organization gave or holds as a firm, and that were not ended."""
    either = sa.or_(Delegation.organization_id == organization_id, Delegation.firm_id == organization_id)
    return list(db.session.scalars(sa.select(Delegation).where(either, Delegation.ended_at.is_(None))))


def rename_firms() -> int:
    """Let each delegation say of its firm what the register says now; how many said something else."""
    says = sa.and_(Delegation.firm_id == Organization.id, Delegation.ended_at.is_(None))
    differs = sa.or_(Delegation.firm_siret != Organization.siret, Delegation.firm_name != Organization.name)
    renamed = sa.update(Delegation).where(says, differs)
    named = {"firm_siret": Organization.siret, "firm_name": Organization.name}
    done = db.session.execute(renamed.values(**named), execution_options={"synchronize_session": False})
    return cast(sa.CursorResult[Any], done).rowcount


class Place(NamedTuple):
    """A link of a person, ended or not, and where."""

    membership_id: UUID
    organization_id: UUID
    name: str
    number: str
    holder: bool
    rights: list[str]
    started_at: datetime
    ended_at: datetime | None
    ends_at: datetime | None
    closed_at: datetime | None

    @classmethod
    def of(cls, account_id: UUID) -> list["Place"]:
        """Those of a person, the newest first."""
        columns: list[Any] = [Membership.id, Organization.id, Organization.name, Organization.number]
        columns += [Membership.holder, Membership.rights, Membership.started_at, Membership.ended_at]
        columns += [Membership.ends_at, Organization.closed_at]
        found = sa.select(*columns).join(Organization, Organization.id == Membership.organization_id)
        found = found.where(Membership.account_id == account_id).order_by(Membership.id.desc())
        return [cls(*row) for row in db.session.execute(found)]


class Client(NamedTuple):
    """A delegation to a person's firm, or to that person alone, and what stands between them and its rights."""

    delegation: Delegation
    organization: Organization
    firm: Organization | None
    staff_holder: bool | None
    is_assigned: bool

    @classmethod
    def of(cls, account_id: UUID, now: datetime, most: int) -> list["Client"]:
        """Those that were not ended, the newest first."""
        firm, mine = aliased(Organization), Membership
        at_firm = sa.and_(mine.organization_id == Delegation.firm_id, mine.account_id == account_id, is_live(now))
        named = sa.and_(StaffAssignment.delegation_id == Delegation.id, StaffAssignment.account_id == account_id)
        found = sa.select(Delegation, Organization, firm, mine.holder, StaffAssignment.id)
        found = found.join(Organization, Organization.id == Delegation.organization_id)
        found = found.outerjoin(firm, firm.id == Delegation.firm_id).outerjoin(mine, at_firm)
        found = found.outerjoin(StaffAssignment, named).where(Delegation.ended_at.is_(None))
        theirs = found.where(sa.or_(mine.id.is_not(None), Delegation.held_by_id == account_id))
        rows = db.session.execute(theirs.order_by(Delegation.id.desc()).limit(most))
        return [cls(*row[:4], row[4] is not None) for row in rows]
