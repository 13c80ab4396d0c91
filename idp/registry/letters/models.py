"""The letters of a batch as rows: who is written to, and which files stand."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from idp.db import Condition, Model, PrimaryKey, db, new_id, table
from idp.registry.models import EnrolmentCode, Fund, LetterBatch, Organization, insert_new

_AT_ONCE = 2000

CODE, WELCOME, MANDATE = "code", "welcome", "mandate"
KINDS = (WELCOME, CODE, MANDATE)


class LetterFile(Model):
    """One file of a batch. Written aside under its digest, then committed here, then given its name: `settled_at`."""

    __tablename__ = "letter_file"
    __table_args__ = (
        sa.UniqueConstraint("batch_id", "kind", "part"),
        sa.CheckConstraint("kind in ('welcome', 'code', 'mandate')", name="kind"),
    )

    id: Mapped[PrimaryKey]
    batch_id: Mapped[UUID] = mapped_column(sa.ForeignKey("letter_batch.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(8))
    part: Mapped[int]
    name: Mapped[str] = mapped_column(sa.String(200))
    sha256: Mapped[str] = mapped_column(sa.String(64))
    letters: Mapped[int]
    pages: Mapped[int]
    last_position: Mapped[int]
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]

    @classmethod
    def of(cls, batch_id: UUID, kind: str) -> list["LetterFile"]:
        """The files of one kind, in order."""
        here = sa.select(cls).where(cls.batch_id == batch_id, cls.kind == kind)
        return list(db.session.scalars(here.order_by(cls.part)))

    @classmethod
    def add(cls, made: dict[str, Any]) -> bool:
        """Write a file down; False when another run, in another folder, was faster."""
        return insert_new(cls, [made]) == 1

    @classmethod
    def settle(cls, file_id: UUID, now: datetime) -> None:
        """The file has its name, on a disk that was told to keep it."""
        db.session.execute(sa.update(cls).where(cls.id == file_id).values(settled_at=now))


class Notice(Model):
    """A letter that tells an organization what was entered in its name: it holds no code and no identifier.

    It waits for the next batch of its fund; `position` is its place there, behind those of the codes.
    """

    __tablename__ = "letter_notice"
    _waits = sa.text("batch_id IS NULL")
    __table_args__ = (
        sa.UniqueConstraint("batch_id", "position"),
        sa.Index("ix_letter_notice_waiting", "organization_id", sqlite_where=_waits, postgresql_where=_waits),
    )

    id: Mapped[PrimaryKey]
    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    about_id: Mapped[UUID] = mapped_column(unique=True)
    """What it tells of: of each thing one letter leaves."""
    words: Mapped[dict[str, Any]]
    """What it says: a `words.Told`."""
    asked_at: Mapped[datetime]
    batch_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("letter_batch.id", ondelete="SET NULL"))
    position: Mapped[int | None]
    returned_at: Mapped[datetime | None]

    @classmethod
    def waiting(cls, fund_id: UUID) -> "list[Candidate]":
        """Those of a fund that no batch has."""
        found = sa.select(Organization.id, cls.id, Organization.number, Organization.address).join(Organization)
        here = found.where(cls.batch_id.is_(None), Organization.fund_id == fund_id, Organization.closed_at.is_(None))
        return [Candidate(*row) for row in db.session.execute(here.order_by(Organization.number, cls.id))]

    @classmethod
    def by_reference(cls, fund_code: str, batch: str, position: int) -> "Notice | None":
        """The one of that place in a fund's batch."""
        named = sa.select(LetterBatch.id).join(Fund).where(Fund.code == fund_code, LetterBatch.name == batch)
        return db.session.scalar(sa.select(cls).where(cls.batch_id.in_(named), cls.position == position))

    @classmethod
    def let_leave_again(cls, organization_id: UUID) -> int:
        """Let those of an organization that came back wait for the next batch; how many."""
        back = sa.update(cls).where(cls.organization_id == organization_id, cls.returned_at.is_not(None))
        done = db.session.execute(back.values(batch_id=None, position=None, returned_at=None))
        return cast(sa.CursorResult[Any], done).rowcount

    def came_back(self, now: datetime) -> bool:
        """It came back undelivered; False when that was known."""
        known = sa.update(Notice).where(Notice.id == self.id, Notice.returned_at.is_(None)).values(returned_at=now)
        return cast(sa.CursorResult[Any], db.session.execute(known)).rowcount == 1


class Candidate(NamedTuple):
    """An organization to write to; `waiting_id` is that of the code, or the notice, that was asked for."""

    organization_id: UUID
    waiting_id: UUID | None
    number: str
    address: list[str]


class Claim(NamedTuple):
    """A letter to be made; `letter_id` is that of its code or its notice, `told` what a notice says."""

    letter_id: UUID
    position: int
    organization_id: UUID
    number: str
    name: str
    civility: str | None
    given_names: str | None
    family_name: str | None
    address: list[str]
    overseas: bool
    told: dict[str, Any] | None = None


def candidates(fund_id: UUID) -> Sequence[Candidate]:
    """Who is to be written to: an organization that never was, or one whose letters were asked for; sites have none."""
    waiting = sa.and_(_waits(), EnrolmentCode.batch_id.is_(None))
    never = ~sa.exists().where(EnrolmentCode.organization_id == Organization.id)
    asked = sa.select(EnrolmentCode.organization_id, EnrolmentCode.id).where(waiting).subquery()
    found = (
        sa.select(Organization.id, asked.c.id, Organization.number, Organization.address)
        .outerjoin(asked, asked.c.organization_id == Organization.id)
        .where(Organization.fund_id == fund_id, Organization.closed_at.is_(None), Organization.kind != "site")
        .where(sa.or_(asked.c.id.is_not(None), never))
    )
    return [Candidate(*row) for row in db.session.execute(found.order_by(Organization.number))]


def claim(batch: LetterBatch, chosen: Sequence[Candidate], notices: Iterable[Candidate], now: datetime) -> int:
    """Give each a place in the batch, in that order; how many got one: another batch may have been faster."""
    _claim_codes(batch, list(enumerate(chosen, 1)), now)
    told = [{"one": c.waiting_id, "position": at} for at, c in enumerate(notices, len(chosen) + 1)]
    row = sa.update(table(Notice)).where(Notice.id == sa.bindparam("one"), Notice.batch_id.is_(None))
    _many(row.values(batch_id=batch.id, position=sa.bindparam("position")), told)
    counts = (sa.select(sa.func.count()).select_from(one).where(one.batch_id == batch.id) for one in _LETTERS)
    batch.letters = sum(db.session.scalar(count) or 0 for count in counts)
    return batch.letters


_LETTERS: tuple[Any, ...] = (EnrolmentCode, Notice)


def _claim_codes(batch: LetterBatch, placed: Sequence[tuple[int, Candidate]], now: datetime) -> None:
    asked = [{"one": c.waiting_id, "position": position} for position, c in placed if c.waiting_id]
    new = [
        {"id": new_id(), "organization_id": c.organization_id, "batch_id": batch.id, "position": position}
        | {"asked_by": "batch", "asked_at": now}
        for position, c in placed
        if not c.waiting_id
    ]
    adopted = sa.update(EnrolmentCode.__table__).where(EnrolmentCode.id == sa.bindparam("one"), _waits())  # type: ignore[arg-type]
    adopted = adopted.where(EnrolmentCode.batch_id.is_(None)).values(batch_id=batch.id)
    _many(adopted.values(position=sa.bindparam("position")), asked)
    for start in range(0, len(new), _AT_ONCE):
        insert_new(EnrolmentCode, new[start : start + _AT_ONCE])


_PRINTED: tuple[InstrumentedAttribute[Any], ...] = (
    *(Organization.id, Organization.number, Organization.name, Organization.holder_civility),
    *(Organization.holder_given_names, Organization.holder_family_name, Organization.address, Organization.overseas),
)


def claims(batch_id: UUID, kind: str, after: int, limit: int) -> list[Claim]:
    """The next letters of a batch: those still wanted, behind a position."""
    wanted = {CODE: _waits(), WELCOME: _unspent(), MANDATE: sa.true()}[kind]
    one: Any = Notice if kind == MANDATE else EnrolmentCode
    told = (Notice.words,) if kind == MANDATE else ()
    found = (
        sa.select(one.id, one.position, *_PRINTED, *told)
        .join(Organization, Organization.id == one.organization_id)
        .where(one.batch_id == batch_id, one.position > after, wanted, Organization.closed_at.is_(None))
    )
    return [Claim(*row) for row in db.session.execute(found.order_by(one.position).limit(limit))]


def issue(issued: Collection[dict[str, Any]], now: datetime) -> None:
    """Write the hashes of printed codes: `one` (the row), `hash`, `expires`. A code that died meanwhile stays dead."""
    row = sa.update(EnrolmentCode.__table__).where(EnrolmentCode.id == sa.bindparam("one"), _waits())  # type: ignore[arg-type]
    _many(row.values(code_hash=sa.bindparam("hash"), expires_at=sa.bindparam("expires"), issued_at=now), issued)


def _waits() -> Condition:
    return sa.and_(EnrolmentCode.code_hash.is_(None), _unspent())


def _unspent() -> Condition:
    return sa.and_(EnrolmentCode.consumed_at.is_(None), EnrolmentCode.returned_at.is_(None))


def _many(statement: sa.Update, rows: Collection[dict[str, Any]]) -> None:
    if rows:
        db.session.connection().execute(statement, cast(Any, rows))
