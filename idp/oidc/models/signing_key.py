"""The provider's signing keys, sealed."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey, db


class SigningKeyRow(Model):
    """One key pair: the private part sealed under the master key, bound to this table and this row."""

    __tablename__ = "signing_key"

    id: Mapped[PrimaryKey]
    kid: Mapped[str] = mapped_column(sa.String(64), unique=True)
    alg: Mapped[str] = mapped_column(sa.String(16))
    private_sealed: Mapped[bytes]
    published_at: Mapped[datetime]
    signs_from: Mapped[datetime]
    retires_at: Mapped[datetime | None]
    verifies_until: Mapped[datetime | None]

    @classmethod
    def all(cls) -> list["SigningKeyRow"]:
        """Every key."""
        return list(db.session.scalars(sa.select(cls).execution_options(populate_existing=True)))

    @classmethod
    def add(cls, **columns: Any) -> None:
        """Keep a new key."""
        db.session.add(cls(**columns))
        db.session.flush()

    @classmethod
    def retire(cls, kid: str, retires_at: datetime, verifies_until: datetime) -> None:
        """Write the end of its life down."""
        ages = {"retires_at": retires_at, "verifies_until": verifies_until}
        db.session.execute(sa.update(cls).where(cls.kid == kid).values(**ages))

    @classmethod
    def remove(cls, kid: str) -> None:
        """Delete it, if it is there."""
        db.session.execute(sa.delete(cls).where(cls.kid == kid))
