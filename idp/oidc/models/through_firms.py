"""Grants by which the people of a firm act for its clients: those that nothing carries any more end."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa

from idp.accounts.colleagues.models import is_live
from idp.accounts.models import Membership
from idp.db import Condition
from idp.delegations.models import Delegation, StaffAssignment
from idp.oidc.models.grant import Grant


def end_of_delegation(delegation_id: UUID, now: datetime) -> list[UUID]:
    """End the grants of a delegation whose person it lets act no more; their ids."""
    return Grant.end_where(Grant.delegation_id == delegation_id, ~_carried(now))


def end_of_link(membership_id: UUID, now: datetime) -> list[UUID]:
    """End what the person of a link has through that firm, and has no more; nothing, where it is no firm's link."""
    link = sa.select(Membership.account_id, Membership.organization_id).where(Membership.id == membership_id).subquery()
    clients = sa.select(Delegation.id).join(link, link.c.organization_id == Delegation.firm_id)
    theirs = (Grant.account_id == sa.select(link.c.account_id).scalar_subquery(), Grant.delegation_id.in_(clients))
    return Grant.end_where(*theirs, ~_carried(now))


def _carried(now: datetime) -> Condition:
    """Whether the delegation of a grant is its person's alone, or lets them act as one of the firm's people."""
    named = sa.exists().where(
        StaffAssignment.delegation_id == Delegation.id, StaffAssignment.account_id == Grant.account_id
    )
    at_firm = sa.exists().where(
        Membership.organization_id == Delegation.firm_id,
        Membership.account_id == Grant.account_id,
        is_live(now),
        sa.or_(Membership.holder, Delegation.all_staff, named.correlate(Delegation, Grant)),
    )
    alone = Delegation.held_by_id == Grant.account_id
    carried = sa.exists().where(
        Delegation.id == Grant.delegation_id, sa.or_(alone, at_firm.correlate(Delegation, Grant))
    )
    return carried.correlate(Grant)
