"""How often something was tried."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from idp.db import Model, PrimaryKey, db, delete_some

DAY = timedelta(days=1)
"""After a day without any, tries are forgotten."""
Rung = tuple[int, datetime]
Bound = Sequence[bytes] | None
"""The digests, one for each purpose key, of the address or number that a proof must be bound to; None where any may."""


class Attempt(Model):
    """The tries of one login (a keyed digest of it, account or not), counted before anything is verified."""

    __tablename__ = "attempt"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    tries: Mapped[int]
    allowed_at: Mapped[datetime]
    tried_at: Mapped[datetime] = mapped_column(index=True)

    @classmethod
    def reserve(cls, own: Session, key: bytes, now: datetime, rungs: Sequence[Rung]) -> bool:
        """Count one more try if it is allowed at that instant: of many at once, no more than the limit are.

        A rung says up to how many tries the next is allowed from when; the last one holds beyond too. One statement.
        """
        *lower, (_, beyond) = rungs
        first = next((instant for last, instant in lower if last >= 1), beyond)
        new = {"tries": 1, "allowed_at": first, "tried_at": now}
        insert = (sqlite if own.get_bind().dialect.name == "sqlite" else postgresql).insert(cls).values(key=key, **new)
        forgotten = cls.tried_at <= now - DAY
        ladder = [(cls.tries < last, _at(instant)) for last, instant in lower]
        counted: dict[str, Any] = {
            "tries": sa.case((forgotten, 1), else_=cls.tries + 1),
            "allowed_at": sa.case((forgotten, _at(first)), *ladder, else_=_at(beyond)),
            "tried_at": now,
        }
        upsert = insert.on_conflict_do_update(index_elements=[cls.key], set_=counted, where=cls.allowed_at <= now)
        return own.scalar(upsert.returning(cls.tries)) is not None

    @classmethod
    def purge(cls, before: datetime, most: int) -> int:
        """Delete what was tried before that instant: nothing is counted from it any more."""
        return delete_some(cls, most, cls.tried_at < before)

    @classmethod
    def allowed_from(cls, own: Session, key: bytes) -> datetime | None:
        """When the next try is allowed."""
        return own.scalar(sa.select(cls.allowed_at).where(cls.key == key))

    @classmethod
    def settle(cls, key: bytes, now: datetime, provided: sa.ColumnElement[bool] | None = None) -> bool:
        """Forget the tries of a login, if a further condition holds; False when it does not. One statement."""
        row = sa.update(cls).where(cls.key == key, sa.true() if provided is None else provided)
        done = db.session.execute(row.values(tries=0, allowed_at=now - DAY))
        return cast(sa.CursorResult[Any], done).rowcount == 1


class Proof(Model):
    """A secret sent to a mailbox or a phone, to be shown back: one purpose, one target, once (LNK-1).

    `target_id` is what it is about (an account, an opening); `bound_to` a digest of the very address or number it was
    sent to, and of the browser where that matters.
    """

    __tablename__ = "proof"

    id: Mapped[PrimaryKey]
    purpose: Mapped[str] = mapped_column(sa.String(40))
    target_id: Mapped[UUID] = mapped_column(index=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    bound_to: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    claimed_at: Mapped[datetime | None]

    @classmethod
    def redeem(cls, purpose: str, digest: bytes, bound_to: Bound, now: datetime) -> UUID | None:
        """Use a proof and get its target, once: of many at once one does. The purpose is in the same statement."""
        once = sa.update(cls).where(cls.digest == digest, *_living(purpose, bound_to, now))
        return db.session.scalar(once.values(claimed_at=now).returning(cls.target_id))

    @classmethod
    def target(
        cls, purpose: str, digest: bytes, bound_to: Bound, now: datetime, *, own: Session | None = None
    ) -> UUID | None:
        """The target of a proof that could be redeemed now."""
        found = sa.select(cls.target_id).where(cls.digest == digest, *_living(purpose, bound_to, now))
        return (own or db.session).scalar(found)

    @classmethod
    def count_living(cls, purpose: str, target_id: UUID, now: datetime) -> int:
        """How many proofs of a purpose open that target now."""
        found = sa.select(sa.func.count()).where(cls.target_id == target_id, *_living(purpose, None, now))
        return db.session.scalar(found) or 0

    @classmethod
    def spent(cls, purpose: str, digest: bytes) -> UUID | None:
        """The target of a proof that was redeemed."""
        used = sa.and_(cls.purpose == purpose, cls.claimed_at.is_not(None))
        return db.session.scalar(sa.select(cls.target_id).where(cls.digest == digest, used))

    @classmethod
    def kill(cls, purpose: str, target_id: UUID) -> None:
        """Let no proof of a purpose open that target any more."""
        unused = sa.and_(cls.purpose == purpose, cls.target_id == target_id, cls.claimed_at.is_(None))
        db.session.execute(sa.delete(cls).where(unused))

    @classmethod
    def purge(cls, before: datetime, most: int) -> int:
        """Delete what expired before that instant."""
        return delete_some(cls, most, cls.expires_at < before)

    @classmethod
    def try_code(cls, purpose: str, target_id: UUID, *, bound_to: Bound, tries: int, now: datetime) -> "Proof | None":
        """Count one more try of the living code, and get it: of many at once, no more than `tries` do."""
        living = _living(purpose, bound_to, now)
        counted = sa.update(cls).where(cls.target_id == target_id, cls.tries < tries, *living)
        return db.session.scalar(counted.values(tries=cls.tries + 1).returning(cls))

    @classmethod
    def claim(cls, proof_id: UUID, now: datetime) -> bool:
        """Use a code that was right, once."""
        once = sa.update(cls).where(cls.id == proof_id, cls.claimed_at.is_(None)).values(claimed_at=now)
        return cast(sa.CursorResult[Any], db.session.execute(once)).rowcount == 1


def _living(purpose: str, bound_to: Bound, now: datetime) -> list[sa.ColumnElement[bool]]:
    living = [Proof.purpose == purpose, Proof.claimed_at.is_(None), Proof.expires_at > now]
    return living if bound_to is None else [*living, Proof.bound_to.in_(bound_to)]


def _at(instant: datetime) -> sa.ColumnElement[datetime]:
    return sa.literal(instant, Attempt.allowed_at.type)
