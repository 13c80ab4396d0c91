"""A register's file on its way into the register: staged line by line, then checked and applied by whole sets."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Mapped, aliased, mapped_column
from sqlalchemy.sql.dml import ReturningUpdate

from idp.db import Condition, Model, UTCDateTime, db, new_id
from idp.registry.models import Organization
from idp.wire import Wire

_BATCH = 2000
_TURN = 0x1D9_0001
"""The advisory lock of PostgreSQL that one import at a time holds."""


def take_time() -> None:
    """Let the statements of this transaction take as long as they need: PostgreSQL ends the others in seconds."""
    for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
        db.session.execute(sa.text(f"SET LOCAL {name} = 0"))
    cast(Wire, db.session.connection().connection.dbapi_connection).takes_long = True


class StagedEntry(Model):
    """A line of a register's file, read and checked; `closed_on` only where that day has come."""

    __tablename__ = "staged_entry"

    import_id: Mapped[UUID] = mapped_column(primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    fund_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fund.id", ondelete="CASCADE"))
    number: Mapped[str] = mapped_column(sa.String(32))
    siret: Mapped[str] = mapped_column(sa.String(14))
    name: Mapped[str] = mapped_column(sa.String(200))
    kind: Mapped[str] = mapped_column(sa.String(8))
    parent_number: Mapped[str | None] = mapped_column(sa.String(32))
    holder_civility: Mapped[str | None] = mapped_column(sa.String(16))
    holder_given_names: Mapped[str | None] = mapped_column(sa.String(100))
    holder_family_name: Mapped[str | None] = mapped_column(sa.String(100))
    address: Mapped[list[str]] = mapped_column(default=list)
    overseas: Mapped[bool] = mapped_column(default=False)
    closed_on: Mapped[date | None]
    staged_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_staged_entry_key", "import_id", "fund_id", "number"),)


Key = tuple[UUID, str]
"""A fund and a number in it."""


class Resited(NamedTuple):
    """A line, its organization, the SIRET this had and the one it gets."""

    line: int
    organization_id: UUID
    former: str
    new: str


_COPIED = (
    *("siret", "name", "kind", "holder_civility", "holder_given_names", "holder_family_name", "address", "overseas"),
)
_PARENT = aliased(Organization)
_parent_id = (
    sa.select(_PARENT.id)
    .where(_PARENT.fund_id == StagedEntry.fund_id, _PARENT.number == StagedEntry.parent_number)
    .correlate(StagedEntry)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Import:
    """The staged lines of one file beside the register: each method a statement or two of the present unit of work."""

    id: UUID
    at: datetime
    restored: frozenset[Key] = frozenset()
    """Organizations that ended, and that this file may bring back."""

    @classmethod
    def take_turn(cls) -> bool:
        """Whether no other import runs; this one then has all the time it needs, up to the end of its transaction."""
        if db.engine.dialect.name == "sqlite":
            return True  # whoever writes is alone
        # The planner knows nothing of lines just staged. It takes them for three, and joins them by loops over 220 000
        # or by a key that all share; a join by hash stays linear, whatever it believes.
        for name in ("enable_nestloop", "enable_mergejoin"):
            db.session.execute(sa.text(f"SET LOCAL {name} = off"))
        take_time()
        return bool(db.session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(_TURN))))

    def stage(self, rows: Iterable[dict[str, Any]]) -> int:
        """Write the lines down, in bulk; how many they are."""
        stage = _copy if db.engine.dialect.name == "postgresql" else _insert
        return stage({"import_id": self.id, "staged_at": self.at} | row for row in rows)

    def forget(self) -> None:
        """Delete the lines, once they are applied."""
        db.session.expire_all()
        _done(sa.delete(StagedEntry).where(self._mine))

    def doubles(self, limit: int) -> list[tuple[int, int]]:
        """Lines that name an organization which an earlier line names: both lines."""
        first = sa.func.min(StagedEntry.line).over(partition_by=(StagedEntry.fund_id, StagedEntry.number))
        lines = sa.select(StagedEntry.line, first.label("first")).where(self._mine).subquery()
        again = sa.select(lines.c.line, lines.c.first).where(lines.c.line > lines.c.first)
        return _pairs(again.order_by(lines.c.line).limit(limit))

    def orphans(self, limit: int) -> list[tuple[int, str]]:
        """Lines of sites whose parent is a member neither of the file nor of the register: line and parent's number."""
        other = aliased(StagedEntry)
        in_file = sa.select(other.line).where(
            other.import_id == self.id,
            other.fund_id == StagedEntry.fund_id,
            other.number == StagedEntry.parent_number,
            other.kind == "member",
        )
        in_register = sa.select(_PARENT.id).where(
            _PARENT.fund_id == StagedEntry.fund_id,
            _PARENT.number == StagedEntry.parent_number,
            _PARENT.kind == "member",
        )
        alone = sa.select(StagedEntry.line, StagedEntry.parent_number).where(
            self._mine, StagedEntry.kind == "site", ~in_file.exists(), ~in_register.exists()
        )
        return _pairs(alone.order_by(StagedEntry.line).limit(limit))

    def turned(self, limit: int) -> list[tuple[int, str]]:
        """Lines that name an organization of another kind: line and the kind it has."""
        other_kind = sa.select(StagedEntry.line, Organization.kind).join(Organization, _same_key())
        other_kind = other_kind.where(self._mine, self._applies(), Organization.kind != StagedEntry.kind)
        return _pairs(other_kind.order_by(StagedEntry.line).limit(limit))

    def resited(self) -> list[Resited]:
        """Lines whose organization gets another SIRET."""
        other = sa.select(StagedEntry.line, Organization.id, Organization.siret, StagedEntry.siret)
        other = other.join(Organization, _same_key()).where(self._mine, self._applies())
        other = other.where(Organization.siret != StagedEntry.siret).order_by(StagedEntry.line)
        return [Resited(*row) for row in db.session.execute(other)]

    def moved(self) -> dict[UUID, UUID]:
        """The sites that go to another member: site and former parent."""
        other = sa.select(Organization.id, Organization.parent_id).join(StagedEntry, _same_key())
        other = other.where(self._mine, self._applies(), Organization.parent_id.is_not(None))
        other = other.where(Organization.parent_id.is_distinct_from(_parent_id))
        return dict(_pairs(other))

    def add(self, *kinds: str) -> int:
        """Write the organizations of these kinds that the register does not know, closed ones too; how many."""
        written = {column: getattr(StagedEntry, column) for column in ("fund_id", "number", *_COPIED)}
        written |= {"id": _fresh_id(), "parent_id": _parent_id, "created_at": self._at(), "updated_at": self._at()}
        written["closed_at"] = sa.case((StagedEntry.closed_on.is_not(None), self._at()))
        known = sa.select(Organization.id).where(_same_key()).exists()
        unknown = sa.select(*written.values()).where(self._mine, StagedEntry.kind.in_(kinds), ~known)
        return _done(sa.insert(Organization).from_select(list(written), unknown, include_defaults=False))

    def change(self) -> int:
        """Write what the lines say otherwise of organizations that neither end nor come back; how many."""
        stays = Organization.closed_at.is_(None) == StagedEntry.closed_on.is_(None)
        return _done(self._update(stays, _differs()))

    def end(self) -> list[UUID]:
        """End the organizations whose line is closed; their ids."""
        ends = sa.and_(Organization.closed_at.is_(None), StagedEntry.closed_on.is_not(None))
        return _ids(self._update(ends, closed_at=self.at).returning(Organization.id))

    def restore(self) -> list[UUID]:
        """Bring back the organizations that were named for it; their ids."""
        if not self.restored:
            return []
        back = self._update(_comes_back(), self._is_named(), closed_at=None)
        return _ids(back.returning(Organization.id))

    def left_closed(self) -> list[Key]:
        """The organizations that had ended, stand open in the file, and were not named: they are left as they are."""
        back = sa.select(StagedEntry.fund_id, StagedEntry.number).join(Organization, _same_key())
        return _pairs(back.where(self._mine, _comes_back(), ~self._is_named()).order_by(StagedEntry.line))

    def missing(self, funds: Collection[UUID]) -> dict[UUID, tuple[int, int]]:
        """For each fund, how many of its organizations are open, and how many of these the file does not name."""
        absent = sa.func.sum(sa.case((self._is_absent(), 1), else_=0))
        counted = sa.select(Organization.fund_id, sa.func.count(), absent).group_by(Organization.fund_id)
        rows = db.session.execute(counted.where(Organization.closed_at.is_(None), Organization.fund_id.in_(funds)))
        return {fund_id: (open_, missing) for fund_id, open_, missing in rows}

    def end_missing(self, funds: Collection[UUID]) -> list[UUID]:
        """End the open organizations of these funds that the file does not name; their ids."""
        absent = sa.and_(Organization.closed_at.is_(None), Organization.fund_id.in_(funds), self._is_absent())
        ended = sa.update(Organization).where(absent).values(closed_at=self.at, updated_at=self.at)
        return _ids(ended.returning(Organization.id))

    @property
    def _mine(self) -> Condition:
        return StagedEntry.import_id == self.id

    def _at(self) -> sa.ColumnElement[datetime]:
        return sa.literal(self.at, UTCDateTime)

    def _is_named(self) -> Condition:
        return (
            sa.tuple_(Organization.fund_id, Organization.number).in_(list(self.restored))
            if self.restored
            else sa.false()
        )

    def _applies(self) -> Condition:
        return sa.or_(~_comes_back(), self._is_named())

    def _is_absent(self) -> Condition:
        return ~sa.select(StagedEntry.line).where(self._mine, _same_key()).correlate(Organization).exists()

    def _update(self, *conditions: Condition, **more: Any) -> sa.Update:
        copied = {column: getattr(StagedEntry, column) for column in _COPIED}
        update = sa.update(Organization).where(self._mine, _same_key(), *conditions)
        return update.values(parent_id=_parent_id, updated_at=self.at, **copied, **more)


def _same_key() -> Condition:
    same_fund, same_number = Organization.fund_id == StagedEntry.fund_id, Organization.number == StagedEntry.number
    return sa.and_(same_fund, same_number)


def _comes_back() -> Condition:
    return sa.and_(Organization.closed_at.is_not(None), StagedEntry.closed_on.is_(None))


def _differs() -> Condition:
    pairs = [(getattr(Organization, column), getattr(StagedEntry, column)) for column in _COPIED]
    other = [(_comparable(is_)).is_distinct_from(_comparable(says)) for is_, says in pairs]
    return sa.or_(*other, Organization.parent_id.is_distinct_from(_parent_id))


def _comparable(column: InstrumentedAttribute[Any]) -> sa.ColumnElement[Any]:
    """PostgreSQL compares no JSON; both sides were written by the same serializer."""
    return sa.cast(column, sa.Text) if isinstance(column.type, sa.JSON) else column.expression


def _fresh_id() -> sa.ColumnElement[Any]:
    """A UUIDv7 for each row, made where the rows are: the instant from here, the randomness from the database."""
    instant = sa.literal(new_id().hex[:12] + "7")
    if db.engine.dialect.name == "postgresql":
        random = sa.func.replace(sa.cast(sa.func.gen_random_uuid(), sa.Text), "-", "")
        return sa.cast(instant + sa.func.substr(random, 14), sa.Uuid)
    random = sa.func.lower(sa.func.hex(sa.func.randomblob(10)))
    return instant + sa.func.substr(random, 1, 3) + "8" + sa.func.substr(random, 4, 15)


def _copy(rows: Iterable[dict[str, Any]]) -> int:
    """PostgreSQL's own way in: five times as fast as INSERT."""
    columns = StagedEntry.__table__.columns.keys()
    cursor = db.session.connection().connection.cursor()
    count = 0
    with cursor.copy(f"COPY staged_entry ({', '.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row([json.dumps(row[name]) if name == "address" else row[name] for name in columns])
            count += 1
    return count


def _insert(rows: Iterable[dict[str, Any]]) -> int:
    left, count = iter(rows), 0
    while batch := list(islice(left, _BATCH)):
        db.session.execute(sa.insert(StagedEntry), batch)
        count += len(batch)
    return count


def _done(statement: sa.Insert | sa.Update | sa.Delete) -> int:
    counted = {"preserve_rowcount": True}  # of an INSERT, psycopg's count is dropped otherwise
    return db.session.connection().execute(statement, execution_options=counted).rowcount


def _ids(statement: ReturningUpdate[UUID]) -> list[UUID]:
    return list(db.session.connection().execute(statement).scalars())


def _pairs(select: sa.Select[Any, Any]) -> list[tuple[Any, Any]]:
    return [(one, other) for one, other in db.session.execute(select)]
