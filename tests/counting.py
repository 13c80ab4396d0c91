"""What a request costs: SQL statements, commits that had something to keep, and questions to the short-lived store."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Self

import psycopg
import sqlalchemy as sa
from flask import Flask, has_app_context

from idp.db import db

CHANGES = ("INSERT", "UPDATE", "DELETE")
SILENT = ("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "--")


@dataclass
class Costs:
    """Counted while `costs` is open."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0
    trips: int = 0


@contextmanager
def costs(app: Flask) -> Iterator[Costs]:
    """Count what is done in the block, by any thread, as the drivers are asked."""
    counted = Costs()
    if has_app_context():
        db.session.remove()  # its connection goes back to the pool, and is heard when it is taken again
    with app.app_context():
        engine, store = db.engine, app.extensions["idp_store"]
    listeners = (("checkout", _hear(counted)), ("checkin", _leave), ("commit", _commit(counted)))
    for name, listener in listeners:
        sa.event.listen(engine, name, listener)
    before = store.round_trips
    try:
        yield counted
    finally:
        counted.trips = store.round_trips - before
        for name, listener in listeners:
            sa.event.remove(engine, name, listener)


def _hear(counted: Costs) -> Any:
    def heard(statement: str) -> None:
        if not statement.lstrip().startswith(SILENT):
            counted.statements.append(" ".join(statement.split()))

    class Cursor(psycopg.Cursor[Any]):
        def execute(self, query: Any, *rest: Any, **options: Any) -> Self:
            heard(query)
            return super().execute(query, *rest, **options)

    def taken(connection: Any, *_: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.set_trace_callback(heard)
        else:
            connection.cursor_factory = Cursor

    return taken


def _leave(connection: Any, *_: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.set_trace_callback(None)
    elif connection is not None:
        connection.cursor_factory = psycopg.Cursor


def _commit(counted: Costs) -> Any:
    def count(connection: object) -> None:
        counted.commits += any(statement.startswith(CHANGES) for statement in counted.statements)

    return count
