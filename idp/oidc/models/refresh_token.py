"""Refresh tokens: digests, in one family a grant."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey, db


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
    def rotate(cls, token_id: UUID, now: datetime) -> bool:
        """Use a token, once: of two at once, one gets False."""
        once = sa.update(cls).where(cls.id == token_id, cls.rotated_at.is_(None))
        done = once.values(rotated_at=now).returning(cls.id).execution_options(synchronize_session=False)
        return db.session.scalar(done) is not None

    @classmethod
    def rotation_of(cls, token_id: UUID) -> datetime | None:
        """When a token was used, asked anew: another transaction may have done it just now."""
        return db.session.scalar(sa.select(cls.rotated_at).where(cls.id == token_id))

    @classmethod
    def is_spent(cls, digest: bytes) -> bool:
        """Whether that token was used, or never was."""
        found = db.session.execute(sa.select(cls.rotated_at).where(cls.digest == digest)).first()
        return found is None or found.rotated_at is not None
