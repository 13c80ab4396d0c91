"""What a person allowed an application."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey


class Consent(Model):
    """One person's word to one client, for one organization or none: due again for another organization, or for more."""

    __tablename__ = "consent"

    id: Mapped[PrimaryKey]
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    client_id: Mapped[UUID] = mapped_column(sa.ForeignKey("client.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"))
    scopes: Mapped[list[str]]
    rights: Mapped[list[str]] = mapped_column(default=list)
    granted_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (sa.Index("ix_consent_account_id_client_id", "account_id", "client_id"),)
