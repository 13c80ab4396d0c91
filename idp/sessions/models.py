"""The session of a person in a browser, and the instant before which nothing is valid any more."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey, db


class Session(Model):
    """One person signed in in one browser. The cookie's secret is kept as a digest, and changes at each elevation."""

    __tablename__ = "session"

    id: Mapped[PrimaryKey]
    secret_digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organization.id", ondelete="SET NULL"))
    methods: Mapped[list[str]] = mapped_column(default=list)
    auth_time: Mapped[datetime]
    started_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class NotBefore(Model):
    """The epoch: one row. What was issued before it, session, grant or token, is refused."""

    __tablename__ = "not_before"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]

    @classmethod
    def move(cls, at: datetime) -> None:
        """Refuse whatever was issued before that instant. The epoch only moves forward."""
        db.session.execute(sa.update(cls).where(cls.at < at).values(at=at))
