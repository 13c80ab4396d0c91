"""The `sub` of an account, as one sector knows it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey, db


class Subject(Model):
    """A random UUIDv4 stored at first use, never derived, never freed: the row outlives its account."""

    __tablename__ = "subject"
    __table_args__ = (sa.UniqueConstraint("account_id", "sector"),)

    id: Mapped[PrimaryKey]
    account_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    sector: Mapped[str] = mapped_column(sa.String(255))
    sub: Mapped[UUID] = mapped_column(unique=True)
    created_at: Mapped[datetime]

    @classmethod
    def account_of(cls, sub: str) -> UUID | None:
        """The account that a `sub` names; None when it names nobody."""
        try:
            return db.session.scalar(sa.select(cls.account_id).where(cls.sub == UUID(sub)))
        except ValueError:
            return None
