"""What PostgreSQL says of itself, and of the role that we are there."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from idp.db import AWAY, db
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


def _asked(statement: sa.TextClause, **values: object) -> list[tuple[Any, ...]]:
    try:
        return [tuple(row) for row in db.session.execute(statement, values)]
    except AWAY as error:
        db.session.rollback()
        raise DatabaseUnavailable(type(error).__name__) from error
