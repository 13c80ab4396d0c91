"""Funds, their texts, and the organizations of their registers."""

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from idp.db import Model, PrimaryKey, db, new_id, table

KINDS = ("member", "site", "firm")


def insert_new(kind: type[Model], rows: list[dict[str, Any]]) -> int:
    """Insert rows, but for those that a unique constraint has already; how many there are now that were not."""
    added = _insert(kind).values(rows).on_conflict_do_nothing().returning(sa.literal(1))
    return len(db.session.execute(added).all())


def _insert(kind: type[Model]) -> Any:
    dialect = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    return dialect.insert(table(kind))


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
    def only(cls) -> "Fund | None":
        """The fund of a house that has but one."""
        found = db.session.scalars(sa.select(cls).limit(2)).all()
        return found[0] if len(found) == 1 else None

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
    def in_force(cls, fund_id: UUID, kind: str, own: Session | None = None) -> "FundText | None":
        """The newest version of one of a fund's texts."""
        newest = sa.select(cls).where(cls.fund_id == fund_id, cls.kind == kind).order_by(cls.version.desc())
        return (own or db.session).scalar(newest.limit(1))


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
    def by_id(cls, organization_id: UUID, own: Session | None = None) -> "Organization | None":
        """The organization of that id."""
        return (own or db.session).get(cls, organization_id)

    @classmethod
    def members(cls, number: str, siret: str, own: Session | None = None) -> list["Organization"]:
        """The open members and firms of that number, in capitals or not, and SIRET: of one fund, or of several.

        Sites have no letters: their holder is their member's.
        """
        named = sa.and_(cls.siret == siret, sa.func.upper(cls.number) == number.upper())
        found = sa.select(cls).where(named, cls.kind != "site", cls.closed_at.is_(None))
        return list((own or db.session).scalars(found.order_by(cls.id)))

    def open_sites(self) -> list["Organization"]:
        """The sites of this member that have not ended."""
        cls = type(self)
        found = sa.select(cls).where(cls.parent_id == self.id, cls.kind == "site", cls.closed_at.is_(None))
        return list(db.session.scalars(found.order_by(cls.number)))


class EnrolmentCode(Model):
    """A provisional code sent by post. It waits for its letter while it has no hash; then it lives until it expires.

    Several may live for one organization: all die at activation (OPN-4). `position` is its letter's in the batch.
    """

    __tablename__ = "enrolment_code"

    id: Mapped[PrimaryKey]
    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    batch_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("letter_batch.id", ondelete="SET NULL"), index=True)
    position: Mapped[int | None]
    code_hash: Mapped[str | None] = mapped_column(sa.String(255))
    asked_by: Mapped[str] = mapped_column(sa.String(8), default="batch")
    asked_at: Mapped[datetime]
    issued_at: Mapped[datetime | None]
    expires_at: Mapped[datetime | None]
    returned_at: Mapped[datetime | None]
    consumed_at: Mapped[datetime | None]

    _waits = sa.text("code_hash IS NULL AND consumed_at IS NULL AND returned_at IS NULL")
    __table_args__ = (
        sa.CheckConstraint("asked_by in ('batch', 'member', 'operator')", name="asked_by"),
        sa.UniqueConstraint("batch_id", "position"),
        # However many ask at once, one letter waits for an organization.
        sa.Index(
            "uq_enrolment_code_waiting", "organization_id", unique=True, sqlite_where=_waits, postgresql_where=_waits
        ),
    )

    @classmethod
    def of(cls, organization_id: UUID) -> list["EnrolmentCode"]:
        """Every code an organization ever had, the newest first."""
        return list(
            db.session.scalars(sa.select(cls).where(cls.organization_id == organization_id).order_by(cls.id.desc()))
        )

    @classmethod
    def live(cls, own: Session, organization_id: UUID, now: datetime, limit: int) -> list[tuple[UUID, str]]:
        """The ids and hashes of the codes that open an organization, if it has not ended; the newest first."""
        unspent = sa.and_(cls.consumed_at.is_(None), cls.returned_at.is_(None), cls.expires_at > now)
        here = sa.select(cls.id, cls.code_hash).join(Organization)
        open_ = here.where(cls.organization_id == organization_id, unspent, Organization.closed_at.is_(None))
        rows = own.execute(open_.where(cls.code_hash.is_not(None)).order_by(cls.id.desc()).limit(limit))
        return [(code_id, str(code_hash)) for code_id, code_hash in rows]

    @classmethod
    def add_waiting(cls, organization_id: UUID, asked_by: str, now: datetime, may: bool = True) -> bool:
        """Let a letter wait for the next batch; False when one does already, however many ask at once.

        Or when none `may`: the same statement then adds nothing.
        """
        row = {"id": new_id(), "organization_id": organization_id, "asked_by": asked_by, "asked_at": now}
        columns = table(cls).c
        waiting = sa.select(*(sa.literal(value, columns[name].type) for name, value in row.items()))
        adding = _insert(cls).from_select(list(row), waiting.where(sa.literal(may)), include_defaults=False)
        return len(db.session.execute(adding.on_conflict_do_nothing().returning(sa.literal(1))).all()) == 1

    @classmethod
    def consume(cls, code_id: UUID, now: datetime) -> bool:
        """Spend a code, and every other unspent one of its organization; False when it is spent or came back.

        The rows are locked in one order: of many at once, with any of these codes, the second waits and finds none.
        """
        owner = sa.select(cls.organization_id).where(cls.id == code_id).scalar_subquery()
        unspent = sa.select(cls.id, cls.returned_at).where(cls.organization_id == owner, cls.consumed_at.is_(None))
        found = db.session.execute(unspent.order_by(cls.id).with_for_update())
        returned = {row.id: row.returned_at for row in found}
        if code_id not in returned or returned[code_id]:
            return False
        spent = sa.update(cls).where(cls.id.in_(returned), cls.consumed_at.is_(None)).values(consumed_at=now)
        db.session.execute(spent)
        return True

    @classmethod
    def by_reference(cls, fund_code: str, batch: str, position: int) -> "EnrolmentCode | None":
        """The code of one letter of a fund's batch."""
        named = sa.select(LetterBatch.id).join(Fund).where(Fund.code == fund_code, LetterBatch.name == batch)
        return db.session.scalar(sa.select(cls).where(cls.batch_id.in_(named), cls.position == position))

    def kill_returned(self, now: datetime) -> bool:
        """Its letter came back undelivered; False when that was known, or when it was used all the same."""
        unspent = sa.and_(EnrolmentCode.consumed_at.is_(None), EnrolmentCode.returned_at.is_(None))
        killed = sa.update(EnrolmentCode).where(EnrolmentCode.id == self.id, unspent).values(returned_at=now)
        return cast(sa.CursorResult[Any], db.session.execute(killed)).rowcount == 1


class LetterBatch(Model):
    """A named batch of letters: two sets of PDF files that never share a page, and the codes printed in them."""

    __tablename__ = "letter_batch"
    __table_args__ = (sa.UniqueConstraint("fund_id", "name"),)

    id: Mapped[PrimaryKey]
    fund_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fund.id", ondelete="RESTRICT"))
    name: Mapped[str] = mapped_column(sa.String(80))
    not_before: Mapped[date | None]
    created_at: Mapped[datetime]
    made_at: Mapped[datetime | None]
    letters: Mapped[int] = mapped_column(default=0)

    @classmethod
    def by_name(cls, fund_id: UUID, name: str) -> "LetterBatch | None":
        """The fund's batch of that name."""
        return db.session.scalar(sa.select(cls).where(cls.fund_id == fund_id, cls.name == name))
