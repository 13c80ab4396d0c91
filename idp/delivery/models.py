"""What is to be sent."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey


class OutgoingMessage(Model):
    """A message to send, written with its cause. Recipient and body are sealed, and wiped once sent."""

    __tablename__ = "outgoing_message"

    id: Mapped[PrimaryKey]
    channel: Mapped[str] = mapped_column(sa.String(8))
    kind: Mapped[str] = mapped_column(sa.String(80))
    fund_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("fund.id", ondelete="SET NULL"))
    recipient_sealed: Mapped[bytes | None]
    body_sealed: Mapped[bytes | None]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    urgent: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None] = mapped_column(sa.String(80))
    last_error: Mapped[str | None] = mapped_column(sa.String(200))
    sent_at: Mapped[datetime | None]
    abandoned_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("channel in ('mail', 'sms', 'http')", name="channel"),
        sa.Index(
            "ix_outgoing_message_due", "urgent", "due_at",
            sqlite_where=sa.text("sent_at IS NULL AND abandoned_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND abandoned_at IS NULL"),
        ),
    )  # fmt: skip
