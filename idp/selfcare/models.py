"""What stands on a company's page beside its people: the firms that act for it."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from idp.db import db
from idp.delegations.models import Delegation


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
