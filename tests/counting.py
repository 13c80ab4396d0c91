"""What a request costs: SQL statements, commits that had something to keep, and questions to the short-lived store."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from flask import Flask

from idp.db import db

CHANGES = ("INSERT", "UPDATE", "DELETE")


@dataclass
class Costs:
    """Counted while `costs` is open."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0
    trips: int = 0


@contextmanager
def costs(app: Flask) -> Iterator[Costs]:
    """Count what is done in the block, by any thread."""
    counted = Costs()
    with app.app_context():
        engine, store = db.engine, app.extensions["idp_store"]
    listeners = (("before_cursor_execute", _statement(counted)), ("commit", _commit(counted)))
    for name, listener in listeners:
        sa.event.listen(engine, name, listener)
    before = store.round_trips
    try:
        yield counted
    finally:
        counted.trips = store.round_trips - before
        for name, listener in listeners:
            sa.event.remove(engine, name, listener)


def _statement(counted: Costs) -> Any:
    def count(connection: object, cursor: object, statement: str, *_: object) -> None:
        if not statement.lstrip().startswith(("BEGIN", "PRAGMA")):
            counted.statements.append(" ".join(statement.split()))

    return count


def _commit(counted: Costs) -> Any:
    def count(connection: object) -> None:
        counted.commits += any(statement.startswith(CHANGES) for statement in counted.statements)

    return count
