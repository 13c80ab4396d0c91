"""How often something was tried."""

from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from idp.db import Model, db

DAY = timedelta(days=1)


class Attempt(Model):
    """The tries of one login (a keyed digest of it, account or not), counted before anything is verified."""

    __tablename__ = "attempt"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    tries: Mapped[int]
    day_tries: Mapped[int]
    day_started_at: Mapped[datetime]
    allowed_at: Mapped[datetime]
    tried_at: Mapped[datetime] = mapped_column(index=True)

    @classmethod
    def reserve(cls, own: Session, key: bytes, now: datetime, waits: list[datetime], tries_a_day: int) -> bool:
        """Count one more try if it is allowed at that instant: of many at once, no more than the limit are.

        `waits[n]` is the instant from which the next try is allowed after `n + 1` tries; the last one holds beyond.
        One statement. The day is the 24 hours that follow the first try.
        """
        new = {"tries": 1, "day_tries": 1, "day_started_at": now, "allowed_at": waits[0], "tried_at": now}
        insert = (sqlite if own.get_bind().dialect.name == "sqlite" else postgresql).insert(cls).values(key=key, **new)
        over = cls.day_started_at <= now - DAY
        ladder = [(cls.tries + 1 == rung, _at(instant)) for rung, instant in enumerate(waits[:-1], start=1)]
        counted: dict[str, Any] = {
            "tries": sa.case((over, 1), else_=cls.tries + 1),
            "day_tries": sa.case((over, 1), else_=cls.day_tries + 1),
            "day_started_at": sa.case((over, _at(now)), else_=cls.day_started_at),
            "allowed_at": sa.case((over, _at(waits[0])), *ladder, else_=_at(waits[-1])),
            "tried_at": now,
        }
        allowed = sa.and_(cls.allowed_at <= now, sa.or_(over, cls.day_tries < tries_a_day))
        upsert = insert.on_conflict_do_update(index_elements=[cls.key], set_=counted, where=allowed)
        return own.scalar(upsert.returning(cls.tries)) is not None

    @classmethod
    def allowed_from(cls, own: Session, key: bytes) -> datetime | None:
        """When the next try is allowed; the day's limit counts from its first try."""
        row = own.execute(sa.select(cls.allowed_at, cls.day_started_at).where(cls.key == key)).first()
        return max(row.allowed_at, row.day_started_at) if row else None

    @classmethod
    def settle(cls, key: bytes, now: datetime, provided: sa.ColumnElement[bool] | None = None) -> bool:
        """Forget the tries of a login, if a further condition holds; False when it does not. One statement."""
        row = sa.update(cls).where(cls.key == key, sa.true() if provided is None else provided)
        done = db.session.execute(row.values(tries=0, day_tries=0, allowed_at=now))
        return cast(sa.CursorResult[Any], done).rowcount == 1


def _at(instant: datetime) -> sa.ColumnElement[datetime]:
    return sa.literal(instant, Attempt.allowed_at.type)
