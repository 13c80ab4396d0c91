"""What the database says of itself and of our role there; and what a backup and a restore do to it."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, cast

import psycopg.conninfo
import sqlalchemy as sa

from idp.db import AWAY, UTCDateTime, db
from idp.errors import DatabaseUnavailable

_SETTINGS = sa.text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
_ROLE = sa.text("""
SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
       EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = current_schema() AND tableowner = current_user),
       has_table_privilege('signing_key', 'INSERT'), current_user
""")
_IN_THE_CLEAR = sa.text("""
SELECT NOT ssl AND inet_client_addr() IS NOT NULL AND NOT inet_client_addr() << '127.0.0.0/8'
       AND inet_client_addr() <> '::1'
FROM pg_stat_ssl WHERE pid = pg_backend_pid()
""")

_PAST = (
    "UPDATE not_before SET at = :now WHERE at < :now",
    "DELETE FROM proof",
    "DELETE FROM signing_key",
    """UPDATE outgoing_message SET abandoned_at = :now, last_error = 'it was waiting in a backup', leased_until = NULL,
    recipient_sealed = NULL, body_sealed = NULL WHERE sent_at IS NULL AND abandoned_at IS NULL""",
    "DELETE FROM alembic_version",
    "INSERT INTO alembic_version (version_num) VALUES (:revision)",
)


class Role(NamedTuple):
    """What we may do there."""

    is_superuser: bool
    owns_tables: bool
    writes_keys: bool
    name: str


def is_postgresql() -> bool:
    """Whether there is a server to ask."""
    return db.engine.dialect.name == "postgresql"


def server_settings(*names: str) -> Mapping[str, str]:
    """Settings of the server, as it writes them. Raises `DatabaseUnavailable`."""
    return {str(row[0]): str(row[1]) for row in _asked(_SETTINGS, names=list(names))}


def role() -> Role:
    """The role of this connection. Raises `DatabaseUnavailable`."""
    (found,) = _asked(_ROLE)
    return Role(*found)


def is_in_the_clear() -> bool:
    """Whether the connection crosses a network without TLS. Raises `DatabaseUnavailable`."""
    return any(bool(row[0]) for row in _asked(_IN_THE_CLEAR))


def has_tables() -> bool:
    """Whether anything stands in the database. Raises `DatabaseUnavailable`."""
    try:
        return bool(sa.inspect(db.engine).get_table_names())
    except AWAY as error:
        raise DatabaseUnavailable(type(error).__name__) from error


def postgresql_address() -> tuple[str, str]:
    """Where our database is, for PostgreSQL's own programs: a connection string, and the password apart."""
    url = db.engine.url
    parts: dict[str, Any] = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    parts |= {name: value for name, value in url.query.items() if isinstance(value, str)}
    return psycopg.conninfo.make_conninfo(**parts), url.password or ""


def copy_sqlite(target: Path) -> None:
    """Copy our file as it stands at one instant, without the mark of its version."""
    with closing(sqlite3.connect(target)) as copy, closing(db.engine.raw_connection()) as connection:
        cast(sqlite3.Connection, connection.driver_connection).backup(copy)
        with copy:
            copy.execute("DELETE FROM alembic_version")


def paste_sqlite(source: Path) -> None:
    """Put such a copy in the place of our file, which is empty."""
    with closing(sqlite3.connect(source)) as copy, closing(db.engine.raw_connection()) as connection:
        copy.backup(cast(sqlite3.Connection, connection.driver_connection))


def end_the_past(now: datetime, revision: str) -> None:
    """Refuse all that was issued before; whatever the version of the tables, so in words of its own.

    Mail links and codes that were used since the backup are back, unused; so are messages that were sent since, whose
    links are dead. The signing keys turn, and the mark of the version comes back.
    """
    values = {"now": now, "revision": revision}
    for statement in _PAST:
        asked = {name: value for name, value in values.items() if f":{name}" in statement}
        typed = [sa.bindparam("now", type_=UTCDateTime())] if "now" in asked else []
        db.session.execute(sa.text(statement).bindparams(*typed), asked)


def _asked(statement: sa.TextClause, **values: object) -> list[tuple[Any, ...]]:
    try:
        return [tuple(row) for row in db.session.execute(statement, values)]
    except AWAY as error:
        db.session.rollback()
        raise DatabaseUnavailable(type(error).__name__) from error
