"""What a person allowed an application."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey, db


class Consent(Model):
    """One person's word to one client, for one organization or none: due again for another, or for more."""

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

    @classmethod
    def _live(cls, account_id: UUID, client_id: UUID, organization_id: UUID | None) -> sa.Select["Consent"]:
        of_them = (cls.account_id == account_id, cls.client_id == client_id, cls.withdrawn_at.is_(None))
        return sa.select(cls).where(*of_them, cls.organization_id == organization_id)

    @classmethod
    def covers(cls, account_id: UUID, client_id: UUID, organization_id: UUID | None, scopes: list[str]) -> bool:
        """Whether a consent in force says as much already."""
        found = db.session.scalars(cls._live(account_id, client_id, organization_id))
        return any(set(scopes) <= set(consent.scopes) for consent in found)

    @classmethod
    def grant(
        cls, account_id: UUID, client_id: UUID, organization_id: UUID | None, *, scopes: list[str], now: datetime
    ) -> None:
        """Put the new word in the place of the former ones, which it includes."""
        allowed = list(scopes)
        for former in db.session.scalars(cls._live(account_id, client_id, organization_id)):
            allowed += [scope for scope in former.scopes if scope not in allowed]
            former.withdrawn_at = now
        ids = {"account_id": account_id, "client_id": client_id, "organization_id": organization_id}
        db.session.add(cls(**ids, scopes=allowed, rights=[], granted_at=now))
