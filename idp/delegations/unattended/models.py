"""For whom a program of a firm acts while nobody is there: by a delegation that says so, as it is at this moment."""

from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from idp.db import db
from idp.delegations.models import Delegation
from idp.registry.models import Fund, Organization


class Machine(NamedTuple):
    """A delegation that a firm's program may use, with all a token says of it, in the words of a person's grant."""

    organization_id: UUID
    fund_code: str
    siret: str
    number: str
    delegation_id: UUID
    delegation_ends_on: date
    delegation_ends_at: datetime
    firm_id: UUID
    firm_siret: str
    firm_name: str
    rights: list[str]
    authorization_details: list[dict[str, Any]]
    """What was asked for: some of the rights, or none named, which is all of them."""
    holder: bool = False
    assigned: list[str] | None = None

    @classmethod
    def some(cls, firm_id: UUID, privileges: list[str] | None, now: datetime, **named: Any) -> list["Machine"]:
        """Those of a firm for the organization that is named (`organization_id`, `siret`, or `delegation_id`)."""
        meant = {"organization_id": Organization.id, "siret": Organization.siret, "delegation_id": Delegation.id}
        firm = sa.select(Organization.id).where(Organization.id == firm_id, Organization.closed_at.is_(None))
        found = (
            sa.select(*_told())
            .join(Organization, Organization.id == Delegation.organization_id)
            .join(Fund, Fund.id == Organization.fund_id)
            .where(Delegation.firm_id == firm_id, Delegation.machine_allowed, Organization.closed_at.is_(None))
            .where(Delegation.accepted_at.is_not(None), Delegation.suspended_at.is_(None))
            .where(Delegation.ended_at.is_(None), Delegation.starts_at <= now, Delegation.ends_at > now)
            .where(firm.exists(), *(meant[name] == value for name, value in named.items()))
            .order_by(Delegation.ends_at.desc(), Delegation.id)
        )
        asked = [] if privileges is None else [{"privileges": privileges}]
        return [cls._make((*row, asked, False, None)) for row in db.session.execute(found)]


def _told() -> list[Any]:
    place = [Organization.id, Fund.code, Organization.siret, Organization.number]
    by = [Delegation.id, Delegation.ends_on, Delegation.ends_at, Delegation.firm_id]
    return [*place, *by, Delegation.firm_siret, Delegation.firm_name, Delegation.rights]
