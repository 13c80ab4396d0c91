"""Refresh tokens: digests, in one family a grant."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey


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
