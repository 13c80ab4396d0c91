"""How PostgreSQL finds what it is asked for: the plan of every statement that runs, with the values it runs with."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask

from idp.db import db

EXPLAINED = (
    "LOAD 'auto_explain'",
    "SET auto_explain.log_min_duration = 0",
    "SET auto_explain.log_analyze = on",
    "SET client_min_messages = log",
)
_READ_WHOLE = re.compile(r"Seq Scan on (\w+)")


@contextmanager
def plans(app: Flask) -> Iterator[list[str]]:
    """The plans of what the block asks, on connections of their own. The role of the tests is a superuser."""
    heard: list[str] = []
    with app.app_context():
        engine = db.engine
        db.session.remove()
        engine.dispose()

    def explain(connection: Any, record: object) -> None:
        for statement in EXPLAINED:
            connection.execute(statement)
        connection.commit()
        connection.add_notice_handler(lambda notice: heard.append(str(notice.message_primary)))

    sa.event.listen(engine, "connect", explain)
    try:
        yield heard
    finally:
        sa.event.remove(engine, "connect", explain)
        engine.dispose()


def read_whole(heard: list[str]) -> set[str]:
    """The tables that some plan reads from their first row to their last."""
    return {table for plan in heard for table in _READ_WHOLE.findall(plan)}
