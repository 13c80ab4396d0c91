"""Openings, until they are accounts."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from idp import clock
from idp.db import Model, PrimaryKey, db, delete_some


class Opening(Model):
    """An account being opened: not an account yet, nothing unique, and gone by itself after a week (OPN-6)."""

    __tablename__ = "opening"

    id: Mapped[PrimaryKey]
    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    enrolment_code_id: Mapped[UUID] = mapped_column(sa.ForeignKey("enrolment_code.id", ondelete="CASCADE"), index=True)
    browser: Mapped[str] = mapped_column(sa.String(64))
    civility: Mapped[str | None] = mapped_column(sa.String(16))
    given_names: Mapped[str] = mapped_column(sa.String(100))
    family_name: Mapped[str] = mapped_column(sa.String(100))
    locale: Mapped[str | None] = mapped_column(sa.String(16))
    typed: Mapped[str] = mapped_column(sa.String(320))
    canonical: Mapped[str] = mapped_column(sa.String(320), index=True)
    password_hash: Mapped[str] = mapped_column(sa.String(255))
    mobile: Mapped[str | None] = mapped_column(sa.String(16))
    mobile_certified_at: Mapped[datetime | None]
    fixed: Mapped[str | None] = mapped_column(sa.String(16))
    terms_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("fund_text.id", ondelete="SET NULL"))
    terms_accepted_at: Mapped[datetime | None]
    journey_id: Mapped[UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    activated_at: Mapped[datetime | None]

    def write(self, values: dict[str, Any]) -> None:
        """Write these columns, of a new opening or of one that is corrected."""
        for name, value in values.items():
            setattr(self, name, value)
        db.session.add(self)
        db.session.flush()

    @classmethod
    def live(cls, opening_id: UUID, own: Session | None = None) -> "Opening | None":
        """The opening of that id, unless it has expired or became an account."""
        alive = sa.and_(cls.id == opening_id, cls.activated_at.is_(None), cls.expires_at > clock.now())
        return (own or db.session).scalar(sa.select(cls).where(alive))

    @classmethod
    def claim(cls, verified: "Opening", now: datetime) -> bool:
        """Make an account of an opening, once, if it is still what was verified; its password's hash stays nowhere.

        First all that this would end are locked, in one order: of two at once, the second waits, and finds none.
        """
        rivals = sa.or_(cls.organization_id == verified.organization_id, cls.canonical == verified.canonical)
        db.session.execute(sa.select(cls.id).where(rivals).order_by(cls.id).with_for_update())
        same = sa.and_(cls.id == verified.id, cls.canonical == verified.canonical)
        unused = sa.and_(cls.password_hash == verified.password_hash, cls.activated_at.is_(None), cls.expires_at > now)
        once = sa.update(cls).where(same, unused).values(activated_at=now, password_hash="")
        return db.session.scalar(once.returning(cls.id)) is not None

    @classmethod
    def forget_others(cls, winner: "Opening") -> list[UUID]:
        """Delete the other openings of the same organization, and of the same address; their ids (OPN-9)."""
        same = sa.or_(cls.organization_id == winner.organization_id, cls.canonical == winner.canonical)
        others = sa.delete(cls).where(same, cls.id != winner.id, cls.activated_at.is_(None)).returning(cls.id)
        return list(db.session.scalars(others))

    @classmethod
    def purge(cls, before: datetime, most: int) -> int:
        """Delete what died before that instant, whether it became an account or not."""
        return delete_some(cls, most, cls.expires_at <= before)

    @classmethod
    def forget_expired(cls, now: datetime) -> None:
        """Delete those that died: nobody finds them any more, and the names in them are people's."""
        db.session.execute(sa.delete(cls).where(cls.expires_at <= now))
