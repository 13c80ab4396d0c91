"""Runs the migrations of the application at hand, on the database of its settings."""

from alembic import context
from flask import current_app

import idp.delivery.models  # no command imports it yet, and a table nobody imports would look like one to drop
from idp.db import Model, db

__all__ = ["idp"]


def run() -> None:
    """Migrate in one transaction; SQLite gets its tables altered by copy."""
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        context.configure(connection=connection, target_metadata=Model.metadata, **options)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
