"""An application is admitted to an organization by a holder of it, or by a delegation that allows applications."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey, db, new_id, table
from idp.delegations.models import Delegation

_LIVES = sa.text("ended_at IS NULL")


class Admission(Model):
    """A holder's word that a third party's application may have an organization's data.

    State is what happened: it waits until it is granted or ended, and holds from then until it is ended. There is one
    at a time for an application and an organization.
    """

    __tablename__ = "admission"
    __table_args__ = (
        sa.Index(
            "uq_admission_live",
            "organization_id",
            "client_id",
            unique=True,
            sqlite_where=_LIVES,
            postgresql_where=_LIVES,
        ),
    )

    id: Mapped[PrimaryKey]
    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[UUID] = mapped_column(sa.ForeignKey("client.id", ondelete="CASCADE"), index=True)
    asked_at: Mapped[datetime | None]
    asked_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    granted_at: Mapped[datetime | None]
    granted_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))

    @classmethod
    def admits(cls, organization_id: UUID, client_id: UUID) -> bool:
        """Whether that application is admitted there now.

        Its row is held: who withdraws it at this very moment waits, and then finds the grant that stands on it.
        """
        found = cls._live(organization_id, client_id).where(cls.granted_at.is_not(None))
        return db.session.scalar(found.with_for_update(read=True)) is not None

    @classmethod
    def last(cls, organization_id: UUID, client_id: UUID) -> "Admission | None":
        """The newest for that application there, whatever became of it."""
        of_them = (cls.organization_id == organization_id, cls.client_id == client_id)
        return db.session.scalar(sa.select(cls).where(*of_them).order_by(cls.id.desc()).limit(1))

    @classmethod
    def of(cls, organization_id: UUID) -> list["Admission"]:
        """Those of an organization that wait or hold, the newest first."""
        live = sa.select(cls).where(cls.organization_id == organization_id, cls.ended_at.is_(None))
        return list(db.session.scalars(live.order_by(cls.id.desc())))

    @classmethod
    def find(cls, organization_id: UUID, admission_id: UUID) -> "Admission | None":
        """One of an organization, whatever became of it."""
        return db.session.scalar(sa.select(cls).where(cls.id == admission_id, cls.organization_id == organization_id))

    @classmethod
    def ask(cls, organization_id: UUID, client_id: UUID, account_id: UUID, now: datetime) -> UUID | None:
        """Ask the holders; of two who ask at once, one gets the id."""
        asked = {"asked_at": now, "asked_by_id": account_id}
        return cls._add(organization_id, client_id, asked)

    @classmethod
    def give(cls, organization_id: UUID, client_id: UUID, account_id: UUID, now: datetime) -> UUID | None:
        """A holder's word, asked for or not; None when it was given before."""
        granted = {"granted_at": now, "granted_by_id": account_id}
        waits = (cls.organization_id == organization_id, cls.client_id == client_id, *cls._waits())
        answered: UUID | None = db.session.scalar(sa.update(cls).where(*waits).values(**granted).returning(cls.id))
        return answered or cls._add(organization_id, client_id, granted)

    @classmethod
    def grant(cls, admission_id: UUID, account_id: UUID, now: datetime) -> bool:
        """Say yes to what was asked, once; False when it does not wait any more."""
        granted = sa.update(cls).where(cls.id == admission_id, *cls._waits())
        granted = granted.values(granted_at=now, granted_by_id=account_id)
        return db.session.scalar(granted.returning(cls.id)) is not None

    @classmethod
    def end(cls, admission_id: UUID, account_id: UUID | None, now: datetime) -> bool:
        """Say no, or no more; False when it had ended already."""
        live = sa.update(cls).where(cls.id == admission_id, cls.ended_at.is_(None))
        ended = live.values(ended_at=now, ended_by_id=account_id)
        return db.session.scalar(ended.returning(cls.id)) is not None

    @classmethod
    def _live(cls, organization_id: UUID, client_id: UUID) -> sa.Select["Admission"]:
        of_them = (cls.organization_id == organization_id, cls.client_id == client_id)
        return sa.select(cls).where(*of_them, cls.ended_at.is_(None))

    @classmethod
    def _waits(cls) -> tuple[sa.ColumnElement[bool], ...]:
        return (cls.granted_at.is_(None), cls.ended_at.is_(None))

    @classmethod
    def _add(cls, organization_id: UUID, client_id: UUID, facts: dict[str, Any]) -> UUID | None:
        row = {"id": new_id(), "organization_id": organization_id, "client_id": client_id, **facts}
        insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
        added: UUID | None = db.session.scalar(
            insert(table(cls)).values(**row).on_conflict_do_nothing().returning(table(cls).c.id)
        )
        return added


def delegation_allows(delegation_id: UUID) -> bool:
    """Whether the people of the firm may use partners' applications for what was delegated."""
    return db.session.scalar(sa.select(Delegation.applications_allowed).where(Delegation.id == delegation_id)) is True
