"""What the database was asked: every statement that reached the driver, in order."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from sqlalchemy import event

from idp.db import db


@dataclass
class Asked:
    """The statements, and how many transactions were committed."""

    statements: list[str] = field(default_factory=list)
    commits: int = 0


@contextmanager
def asked(app: Flask) -> Iterator[Asked]:
    """Listen while the block runs."""
    heard = Asked()
    with app.app_context():
        engine = db.engine

    def statement(connection: Any, cursor: Any, text: str, *rest: Any) -> None:
        if not text.startswith("BEGIN"):  # on SQLite it is ours to send, elsewhere the driver's
            heard.statements.append(text)

    def commit(connection: Any) -> None:
        heard.commits += 1

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "commit", commit)
