"""The audit: events hold ids only and are never changed; what names a person stands apart and can be erased."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, delete_some, new_id


class AuditEvent(Model):
    """One event, `slice:use_case:outcome`. Insert-only for every role; on PostgreSQL partitioned by month."""

    __tablename__ = "audit_event"
    __table_args__ = (
        sa.Index("ix_audit_event_subject_id_at", "subject_id", "at"),
        sa.Index("ix_audit_event_organization_id_at", "organization_id", "at"),
        sa.Index("ix_audit_event_request_id", "request_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(sa.String(80))
    reason: Mapped[str | None] = mapped_column(sa.String(80))
    actor_id: Mapped[UUID | None]
    operator: Mapped[str | None] = mapped_column(sa.String(80))
    subject_id: Mapped[UUID | None]
    organization_id: Mapped[UUID | None]
    delegation_id: Mapped[UUID | None]
    client_id: Mapped[UUID | None]
    session_id: Mapped[UUID | None]
    grant_id: Mapped[UUID | None]
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    request_id: Mapped[str | None] = mapped_column(sa.String(32))
    node: Mapped[str] = mapped_column(sa.String(80))
    person_digest: Mapped[bytes | None] = mapped_column(sa.LargeBinary(32))


class AuditPerson(Model):
    """The personal values of one event, bound to it by a salted digest: erased with this row, the event stays."""

    __tablename__ = "audit_person"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    subject_id: Mapped[UUID | None] = mapped_column(index=True)
    salt: Mapped[bytes] = mapped_column(sa.LargeBinary(16))
    address: Mapped[str | None] = mapped_column(sa.String(320))
    number: Mapped[str | None] = mapped_column(sa.String(16))
    network: Mapped[str | None] = mapped_column(sa.String(45))
    user_agent: Mapped[str | None] = mapped_column(sa.String(256))

    @classmethod
    def purge(cls, before: datetime, most: int) -> int:
        """Forget whom events before that instant name; the events stay."""
        return delete_some(cls, most, cls.at < before)
