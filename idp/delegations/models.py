"""Delegations of an organization to a firm, and which of its people use them."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.accounts.models import Membership
from idp.db import Model, PrimaryKey, db
from idp.registry.models import Organization


class Delegation(Model):
    """What an organization lets a firm do, up to a day included: offered by one side, accepted by the other.

    State is what happened. A firm that is not in the register is one person (`held_by_id`), with this one delegation.
    """

    __tablename__ = "delegation"
    _news = sa.text("firm_news IS NOT NULL")
    _stands = sa.text("accepted_at IS NOT NULL AND ended_at IS NULL")
    __table_args__ = (
        sa.CheckConstraint("origin in ('offer', 'request', 'paper', 'import')", name="origin"),
        sa.Index("ix_delegation_firm_news", "firm_news", sqlite_where=_news, postgresql_where=_news),
        sa.Index("ix_delegation_ends_at", "ends_at", sqlite_where=_stands, postgresql_where=_stands),
    )

    id: Mapped[PrimaryKey]
    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    firm_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    held_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    firm_siret: Mapped[str] = mapped_column(sa.String(14))
    firm_name: Mapped[str] = mapped_column(sa.String(200))
    offered_to: Mapped[str | None] = mapped_column(sa.String(320))
    """The address an offer was mailed to, where the firm is not in the register."""
    origin: Mapped[str] = mapped_column(sa.String(8))
    rights: Mapped[list[str]]
    all_staff: Mapped[bool] = mapped_column(default=True)
    applications_allowed: Mapped[bool] = mapped_column(default=False)
    machine_allowed: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[str | None] = mapped_column(sa.String(200))
    created_at: Mapped[datetime]
    created_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    offered_at: Mapped[datetime | None]
    """When the other side was asked; without it, a draft."""
    granted_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    """The holder on whose word it stands: whoever offered, accepted, renewed or confirmed it last."""
    lapses_at: Mapped[datetime | None]
    """Until when an offer or a request may be answered."""
    confirm_by_at: Mapped[datetime | None]
    """Until when a new holder is to confirm it, or an access of the former area."""
    confirm_reminders: Mapped[int] = mapped_column(default=0)
    wished_on: Mapped[date | None]
    """The last day of an access of the former area, once it is confirmed."""
    firm_news: Mapped[str | None] = mapped_column(sa.String(16))
    """What its firm reads of it in the next digest."""
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    starts_at: Mapped[datetime]
    ends_on: Mapped[date]
    ends_at: Mapped[datetime]
    """The midnight that ends that day in the fund's zone."""
    suspended_at: Mapped[datetime | None]
    suspended_by: Mapped[str | None] = mapped_column(sa.String(16))
    ended_at: Mapped[datetime | None]
    ended_why: Mapped[str | None] = mapped_column(sa.String(16))
    reminders: Mapped[int] = mapped_column(default=0)
    last_used_at: Mapped[datetime | None]

    @classmethod
    def hold_company(cls, organization_id: UUID) -> None:
        """Hold the company until the end: who writes one more for it sees what another wrote a moment ago.

        Its row cannot be locked: servers may not change the register. SQLite has one writer.
        """
        if db.engine.dialect.name == "postgresql":
            named = int.from_bytes(organization_id.bytes[8:], signed=True)  # drawn at random
            db.session.execute(sa.select(sa.func.pg_advisory_xact_lock(named)))

    @classmethod
    def unanswered_word_of(cls, membership_id: UUID) -> "list[tuple[Delegation, Organization]]":
        """What the person of that link offered for that company, and nobody answered yet."""
        both: list[Any] = [cls, Organization]
        theirs = sa.and_(Membership.organization_id == cls.organization_id, Membership.account_id == cls.granted_by_id)
        found = sa.select(*both).join(Organization, Organization.id == cls.organization_id).join(Membership, theirs)
        waits = (cls.origin == "offer", cls.offered_at.is_not(None), cls.accepted_at.is_(None), cls.ended_at.is_(None))
        rows = db.session.execute(found.where(Membership.id == membership_id, *waits).order_by(cls.id))
        return [(row[0], row[1]) for row in rows]


class StaffAssignment(Model):
    """A person of the firm who uses a delegation; all of them do where it says `all_staff`, and its holders always."""

    __tablename__ = "staff_assignment"
    __table_args__ = (sa.UniqueConstraint("delegation_id", "account_id"),)

    id: Mapped[PrimaryKey]
    delegation_id: Mapped[UUID] = mapped_column(sa.ForeignKey("delegation.id", ondelete="CASCADE"))
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    rights: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True))
    """Some of the rights of the delegation; None: all."""
    assigned_at: Mapped[datetime]
