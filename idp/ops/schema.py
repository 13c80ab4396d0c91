"""Whether the database has the tables this version works with, and how it gets them."""

import flask_migrate
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from idp.db import AWAY, db
from idp.errors import DatabaseUnavailable
from idp.extensions import migrate


def is_current() -> bool:
    """Whether every migration of this version was applied, and no later one. Raises `DatabaseUnavailable`."""
    return set(_applied()) == set(_scripts().get_heads())


def revision() -> str:
    """The last migration that was applied; empty where none was. Raises `DatabaseUnavailable`."""
    return ",".join(_applied())


def knows(one: str) -> bool:
    """Whether that migration is of this version, or of one before."""
    return one in {script.revision for script in _scripts().walk_revisions()}


def bring_up_to_date() -> None:
    """Apply what is missing."""
    flask_migrate.upgrade()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(migrate.get_config())


def _applied() -> tuple[str, ...]:
    try:
        with db.engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_heads()
    except AWAY as error:
        raise DatabaseUnavailable(type(error).__name__) from error
