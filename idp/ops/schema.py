"""Whether the database has the tables this version works with, and how it gets them."""

import flask_migrate
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from idp.db import AWAY, db
from idp.errors import DatabaseUnavailable
from idp.extensions import migrate


def is_current() -> bool:
    """Whether every migration of this version was applied, and no later one. Raises `DatabaseUnavailable`."""
    scripts = ScriptDirectory.from_config(migrate.get_config())
    try:
        with db.engine.connect() as connection:
            applied = MigrationContext.configure(connection).get_current_heads()
    except AWAY as error:
        raise DatabaseUnavailable(type(error).__name__) from error
    return set(applied) == set(scripts.get_heads())


def bring_up_to_date() -> None:
    """Apply what is missing."""
    flask_migrate.upgrade()
