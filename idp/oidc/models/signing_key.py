"""The provider's signing keys, sealed."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey


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
