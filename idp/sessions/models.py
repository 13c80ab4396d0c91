"""The session of a person in a browser, and the instant before which nothing is valid any more."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey, db, delete_some

_GRANT = sa.table("grant", sa.column("session_id", sa.Uuid()))  # of a slice above: deleting its session would end it


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

    @classmethod
    def strengthen(cls, session_id: UUID, secret_digest: bytes, methods: list[str], now: datetime) -> bool:
        """Give a live session a new secret and what was proven anew; False when it ended meanwhile."""
        live = sa.update(cls).where(cls.id == session_id, cls.ended_at.is_(None))
        proven = {"secret_digest": secret_digest, "methods": methods, "auth_time": now, "seen_at": now}
        return db.session.scalar(live.values(**proven).returning(cls.id)) is not None

    @classmethod
    def touch(cls, session_id: UUID, now: datetime) -> None:
        """Write its activity down."""
        db.session.execute(sa.update(cls).where(cls.id == session_id, cls.seen_at < now).values(seen_at=now))

    @classmethod
    def end(cls, session_id: UUID, now: datetime) -> UUID | None:
        """End one session; the account it was of, None when it had ended already."""
        live = sa.update(cls).where(cls.id == session_id, cls.ended_at.is_(None))
        return db.session.scalar(live.values(ended_at=now).returning(cls.account_id))

    @classmethod
    def live_ids(cls, account_id: UUID) -> list[UUID]:
        """The sessions of an account that have not ended."""
        return list(db.session.scalars(sa.select(cls.id).where(cls.account_id == account_id, cls.ended_at.is_(None))))

    @classmethod
    def of(cls, account_id: UUID) -> list["Session"]:
        """The sessions of an account that have not ended, the newest first."""
        found = sa.select(cls).where(cls.account_id == account_id, cls.ended_at.is_(None))
        return list(db.session.scalars(found.order_by(cls.started_at.desc())))

    @classmethod
    def purge(cls, before: datetime, most: int) -> int:
        """Delete those last seen before that instant, but for those that a grant still stands on."""
        kept = sa.exists().where(_GRANT.c.session_id == cls.id)
        return delete_some(cls, most, cls.seen_at < before, ~kept)


class NotBefore(Model):
    """The epoch: one row. What was issued before it, session, grant or token, is refused."""

    __tablename__ = "not_before"
    __table_args__ = (sa.CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]

    @classmethod
    def instant(cls) -> datetime:
        """When that epoch began."""
        return db.session.execute(sa.select(cls.at)).scalar_one()

    @classmethod
    def move(cls, at: datetime) -> None:
        """Refuse whatever was issued before that instant. The epoch only moves forward."""
        db.session.execute(sa.update(cls).where(cls.at < at).values(at=at))
