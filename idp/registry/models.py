"""Funds, their texts, and the organizations of their registers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey, db

KINDS = ("member", "site", "firm")


class Fund(Model):
    """A fund (caisse): a data controller with its own face, words and time zone."""

    __tablename__ = "fund"

    id: Mapped[PrimaryKey]
    code: Mapped[str] = mapped_column(sa.String(32), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    website: Mapped[str | None] = mapped_column(sa.String(500))
    logo: Mapped[str | None] = mapped_column(sa.Text)
    colours: Mapped[dict[str, Any]] = mapped_column(default=dict)
    contact_email: Mapped[str] = mapped_column(sa.String(320))
    contact_phone: Mapped[str | None] = mapped_column(sa.String(32))
    sender: Mapped[str] = mapped_column(sa.String(320))
    time_zone: Mapped[str] = mapped_column(sa.String(64), default="Europe/Paris")
    home_client_id: Mapped[str | None] = mapped_column(sa.String(255))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @classmethod
    def by_id(cls, fund_id: UUID) -> "Fund | None":
        """The fund of that id."""
        return db.session.get(cls, fund_id)

    @classmethod
    def by_code(cls, code: str) -> "Fund | None":
        """The fund of that code."""
        return db.session.scalar(sa.select(cls).where(cls.code == code))

    @classmethod
    def all(cls) -> list["Fund"]:
        """Every fund, by its name."""
        return list(db.session.scalars(sa.select(cls).order_by(cls.name, cls.code)))


class FundText(Model):
    """A text at the foot of a fund's pages, in Markdown; a new version is a new row, the former ones stay."""

    __tablename__ = "fund_text"
    __table_args__ = (sa.UniqueConstraint("fund_id", "kind", "version"),)

    id: Mapped[PrimaryKey]
    fund_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fund.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(32))
    version: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(200))
    markdown: Mapped[str] = mapped_column(sa.Text)
    published_at: Mapped[datetime]

    @classmethod
    def in_force(cls, fund_id: UUID, kind: str) -> "FundText | None":
        """The newest version of one of a fund's texts."""
        newest = sa.select(cls).where(cls.fund_id == fund_id, cls.kind == kind).order_by(cls.version.desc())
        return db.session.scalar(newest.limit(1))


class Organization(Model):
    """A row of a fund's register: member, site or firm. The number is unique in its fund, a SIRET is not."""

    __tablename__ = "organization"
    __table_args__ = (
        sa.UniqueConstraint("fund_id", "number"),
        sa.CheckConstraint("length(siret) = 14", name="siret_length"),
        sa.CheckConstraint("kind in ('member', 'site', 'firm')", name="kind"),
    )

    id: Mapped[PrimaryKey]
    fund_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fund.id", ondelete="RESTRICT"))
    kind: Mapped[str] = mapped_column(sa.String(8))
    number: Mapped[str] = mapped_column(sa.String(32))
    siret: Mapped[str] = mapped_column(sa.String(14), index=True)
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organization.id", ondelete="SET NULL"), index=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    holder_civility: Mapped[str | None] = mapped_column(sa.String(16))
    holder_given_names: Mapped[str | None] = mapped_column(sa.String(100))
    holder_family_name: Mapped[str | None] = mapped_column(sa.String(100))
    address: Mapped[list[str]] = mapped_column(default=list)
    overseas: Mapped[bool] = mapped_column(default=False)
    proven_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]

    @property
    def siren(self) -> str:
        """The nine digits of the legal unit."""
        return self.siret[:9]

    @classmethod
    def by_number(cls, fund_id: UUID, number: str) -> "Organization | None":
        """The organization of that number in that fund."""
        return db.session.scalar(sa.select(cls).where(cls.fund_id == fund_id, cls.number == number))

    @classmethod
    def by_id(cls, organization_id: UUID) -> "Organization | None":
        """The organization of that id."""
        return db.session.get(cls, organization_id)


class LetterBatch(Model):
    """A named batch of letters: two PDF files that never share a page, and the codes printed in them."""

    __tablename__ = "letter_batch"
    __table_args__ = (sa.UniqueConstraint("fund_id", "name"),)

    id: Mapped[PrimaryKey]
    fund_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fund.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(sa.String(80))
    not_before: Mapped[date | None]
    created_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    letters: Mapped[int] = mapped_column(default=0)


class EnrolmentCode(Model):
    """A provisional code sent by post. Several may live for one organization: all die at activation (OPN-4)."""

    __tablename__ = "enrolment_code"

    id: Mapped[PrimaryKey]
    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    batch_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("letter_batch.id", ondelete="SET NULL"), index=True)
    code_hash: Mapped[str | None] = mapped_column(sa.String(255))
    asked_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    consumed_at: Mapped[datetime | None]
