"""Refresh tokens: digests, in one family a grant."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column

from idp.db import Model, PrimaryKey, UTCDateTime, db, table


class Rotation(NamedTuple):
    """The use that was made of a token."""

    rotated_at: datetime | None
    successor_used: bool


class RefreshToken(Model):
    """One refresh token of a grant. It is rotated by one conditional update, so that it has one successor at most."""

    __tablename__ = "refresh_token"

    id: Mapped[PrimaryKey]
    grant_id: Mapped[UUID] = mapped_column(sa.ForeignKey("grant.id", ondelete="CASCADE"), index=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32), unique=True)
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("refresh_token.id", ondelete="SET NULL"), index=True)
    confirmation: Mapped[str | None] = mapped_column(sa.String(64))
    issued_at: Mapped[datetime]
    rotated_at: Mapped[datetime | None]

    @classmethod
    def of(cls, digest: bytes) -> "RefreshToken | None":
        """The token of that digest, used or not."""
        return db.session.scalar(sa.select(cls).where(cls.digest == digest))

    @classmethod
    def rotate(cls, digest: bytes, now: datetime) -> UUID | None:
        """Use a token, once: its id, or None when it was used before. Of two at once, one gets None."""
        rotated: UUID | None = db.session.connection().scalar(_ROTATE, {"parent": digest, "now": now})
        return rotated

    @classmethod
    def rotation_of(cls, digest: bytes) -> Rotation:
        """When a token was used, and what became of its successor: another transaction may have done it just now."""
        child = aliased(cls)
        found = sa.select(cls.rotated_at, child.rotated_at).outerjoin(child, child.parent_id == cls.id)
        rotated_at, successor_rotated_at = db.session.execute(found.where(cls.digest == digest)).one()
        return Rotation(rotated_at, successor_rotated_at is not None)

    @classmethod
    def is_spent(cls, digest: bytes) -> bool:
        """Whether that token was used, or never was."""
        found = sa.select(cls.id).where(cls.digest == digest, cls.rotated_at.is_(None))
        return db.session.scalar(found) is None


_TABLE = table(RefreshToken)
_UNUSED = (_TABLE.c.digest == sa.bindparam("parent"), _TABLE.c.rotated_at.is_(None))
_NOW = sa.bindparam("now", type_=UTCDateTime())
_ROTATE = sa.update(_TABLE).where(*_UNUSED).values(rotated_at=_NOW).returning(_TABLE.c.id)
