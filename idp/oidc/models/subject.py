"""The `sub` of an account, as one sector knows it."""

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey, db, new_id


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
    def account_of(cls, sub: str, sector: str) -> UUID | None:
        """The account that a `sub` names in a sector; None when it names nobody there (Core 8.1)."""
        try:
            named = sa.select(cls.account_id).where(cls.sub == UUID(sub), cls.sector == sector)
        except ValueError:
            return None
        return db.session.scalar(named)

    @classmethod
    def first_use(cls, account_id: UUID, sector: str, now: datetime) -> UUID:
        """The `sub` of an account in a sector, stored now unless it was before."""
        new = {"id": new_id(), "account_id": account_id, "sector": sector, "sub": uuid4(), "created_at": now}
        insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
        stored: UUID | None = db.session.scalar(insert(cls).values(**new).on_conflict_do_nothing().returning(cls.sub))
        if stored is not None:
            return stored
        found = sa.select(cls.sub).where(cls.account_id == account_id, cls.sector == sector)
        return db.session.execute(found).scalar_one()  # another use was first, or this one was not the first
