"""The database: one unit of work a request, one short transaction of its own where an attempt must be counted first."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Annotated, Any, Self, cast
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column, registry
from uuid_utils.compat import uuid7

from idp import wire
from idp.errors import DatabaseUnavailable
from idp.settings import Settings

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(sa.TypeDecorator[datetime]):
    """An aware instant: refused when naive, and given back in UTC by both databases."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Model(DeclarativeBase):
    """The declarative base itself: models subclass it, never `db.Model`."""

    registry = registry(
        metadata=sa.MetaData(naming_convention=NAMING),
        type_annotation_map={
            datetime: UTCDateTime,
            bytes: sa.LargeBinary,
            dict[str, Any]: sa.JSON,
            list[str]: sa.JSON,
            list[dict[str, Any]]: sa.JSON,
        },
    )


def new_id() -> UUID:
    """A UUIDv7: unique, and in the order of its making."""
    return uuid7()


PrimaryKey = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]

db = SQLAlchemy(model_class=Model, disable_autonaming=True)

Transaction = Session
"""What `own_transaction()` gives."""
Condition = sa.ColumnElement[bool]
"""A condition of SQL that a service hands from one model to another."""

AWAY = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError, sqlite3.OperationalError)
"""What is raised when the database is away, or ended our transaction (a deadlock, a time-out)."""

SQLITE_PATIENCE = 20
"""Seconds a transaction waits for its turn to write."""

UNREADABLE = (*AWAY, sa.exc.ProgrammingError)
"""The same, and what it raises where the tables are not those of this version."""

_writes: ContextVar[bool] = ContextVar("writes", default=True)


class UnitOfWork:
    """One transaction: returning commits, raising rolls back. Also a context manager, for commands and the courier."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(keep=error is None)

    def close(self, keep: bool) -> None:
        """Commit what was done, or undo it. Raises `DatabaseUnavailable` when the commit did not go through."""
        if not db.session.registry.has():
            return  # nothing was asked of the database
        if not keep:
            self.undo()
            return
        try:
            db.session.commit()
        except AWAY as error:
            self.undo()
            raise DatabaseUnavailable(type(error).__name__) from error

    def undo(self) -> None:
        """Roll back at once: a raised error keeps nothing."""
        db.session.rollback()


def unit_of_work(writes: bool = True) -> UnitOfWork:
    """The present unit of work. One that only reads (`writes=False`) takes no write lock on SQLite."""
    _writes.set(writes)
    return UnitOfWork()


def insert(kind: type[Model], values: dict[str, Any], database: Session | None = None) -> None:
    """Insert a row at once, as a statement of its table: a third of what it costs as an object of the session.

    Defaults of columns apply. Nothing of it is kept in the session: for rows that are written and let go.
    """
    asked = database or db.session()
    asked.flush()  # what was added before it is written before it, and fails here rather than at the commit
    asked.connection().execute(_inserting(kind), values)


def delete_some(kind: type[Model], most: int, *where: Condition) -> int:
    """Delete at most so many rows, so that nobody waits for long; how many there were."""
    (key,) = table(kind).primary_key.columns
    chosen = sa.select(key).where(*where).limit(most)
    done = db.session.execute(sa.delete(kind).where(key.in_(chosen)), execution_options={"synchronize_session": False})
    return cast(sa.CursorResult[Any], done).rowcount


def table(kind: type[Model]) -> sa.Table:
    """The table of a model, for statements that are built once and run often."""
    return cast(sa.Table, kind.__table__)


@cache
def _inserting(kind: type[Model]) -> sa.Insert:
    return sa.insert(table(kind))


@contextmanager
def own_transaction(writes: bool = True) -> Iterator[Session]:
    """A short transaction of its own, committed before anything is verified or hashed, on the same engine.

    For an attempt reserved before its secret is verified, for what must be known before a password is hashed, and for
    `audit.refused` after a rollback.
    """
    assert not db.session().in_transaction(), "the request's transaction has begun: it would hold its locks meanwhile"
    former = _writes.set(writes)
    try:
        with Session(db.engine, expire_on_commit=False) as own, own.begin():
            yield own
    finally:
        _writes.reset(former)


@contextmanager
def driver_connection(alone: bool) -> Iterator[Any]:
    """The driver's own connection, within the present transaction; `alone`, outside of any where none has begun.

    What is alone reads, in one statement: on PostgreSQL that is one exchange instead of three. A thread that holds a
    connection takes no second one, since all might then wait for one another.
    """
    if not alone or (db.session.registry.has() and db.session().in_transaction()):
        yield db.session.connection().connection.driver_connection
        return
    engine = db.engine
    pooled, begins_by_itself = engine.raw_connection(), engine.dialect.name != "sqlite"
    driver: Any = pooled.driver_connection
    try:
        if begins_by_itself:
            driver.autocommit = True
        yield driver
        if begins_by_itself:
            driver.autocommit = False
    except BaseException:
        pooled.invalidate()  # whatever state it is in
        raise
    finally:
        pooled.close()


@contextmanager
def undone_unless(kept: bool) -> Iterator[None]:
    """Undo what is done here, and nothing before it, unless it is to be kept: the same work either way (LNK-7)."""
    with db.session.begin_nested() as done:
        yield
        if not kept:
            done.rollback()


def init_app(app: Flask, chosen: Settings) -> None:
    """Bind the engine to the settings; SQLite's file is made in a folder that is made too."""
    url = sa.make_url(chosen.database_url)
    if url.get_backend_name() == "sqlite":
        database = Path(url.database or "").absolute()
        database.parent.mkdir(parents=True, exist_ok=True)
        app.config["SQLALCHEMY_DATABASE_URI"] = url.set(database=str(database))
        options: dict[str, Any] = {"connect_args": {"timeout": SQLITE_PATIENCE}}
    else:
        app.config["SQLALCHEMY_DATABASE_URI"] = url
        options = _postgresql_options(chosen)
    # An error is logged, and would quote people's names: they are parameters (AUD-4).
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options | {"hide_parameters": True}
    db.init_app(app)
    with app.app_context():
        engine = db.engine
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _prepare_sqlite)
            writers = _Writers()
            sa.event.listen(engine, "begin", writers.begin)
            sa.event.listen(engine, "checkin", writers.leave)
        else:
            # Where the server lives, it is the one that ends what is too slow.
            sa.event.listen(engine, "do_connect", wire.connecting(chosen.database_timeout.total_seconds() + 1))
            sa.event.listen(engine, "checkin", wire.hurry)


def _postgresql_options(chosen: Settings) -> dict[str, Any]:
    seconds = max(1, round(chosen.database_timeout.total_seconds()))
    return {
        "pool_pre_ping": True,
        "pool_size": chosen.database_pool,
        "max_overflow": 0,
        "pool_timeout": seconds,
        "connect_args": {
            "connect_timeout": seconds,
            # What we sent and is not acknowledged, then what we wait for in silence: without these, a server whose
            # packets are dropped would hold a thread for a quarter of an hour, or two hours.
            "tcp_user_timeout": seconds * 1000,
            "keepalives_idle": seconds,
            "keepalives_interval": 1,
            "keepalives_count": 2,
            "options": f"-c statement_timeout={seconds}s -c lock_timeout={seconds}s"
            " -c idle_in_transaction_session_timeout=10s",
        },
    }


def _prepare_sqlite(connection: Any, record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy's `begin` event opens the transaction, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={SQLITE_PATIENCE * 1000}"):
        connection.execute(f"PRAGMA {pragma}")


class _Writers:
    """The writers of this process, who wait in line: SQLite's own way is to sleep, longer each time, and try again."""

    def __init__(self) -> None:
        self._turn = threading.Lock()

    def begin(self, connection: Connection) -> None:
        """Open the transaction, a writer in its turn. To SQLAlchemy it would be a statement like any other."""
        driver: Any = connection.connection.driver_connection
        if not _writes.get():
            driver.execute("BEGIN")
            return
        has_turn = connection.info.get("writes", False)  # a second transaction of one connection
        if not has_turn and not self._turn.acquire(timeout=SQLITE_PATIENCE):
            raise sa.exc.TimeoutError("the writers of this process are too slow")
        connection.info["writes"] = True
        # One that reads, then writes, would meet "database is locked" whatever its patience.
        driver.execute("BEGIN IMMEDIATE")

    def leave(self, connection: object, record: Any) -> None:
        """Let the next one begin: the transaction is over, however it ended."""
        if record.info.pop("writes", False):
            self._turn.release()


def seconds_from(database: Session, now: datetime) -> timedelta:
    """How far the database's clock stands from ours."""
    theirs = database.scalar(sa.select(sa.func.current_timestamp()))
    if isinstance(theirs, str):
        theirs = datetime.fromisoformat(theirs)
    assert isinstance(theirs, datetime)
    return (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)) - now
