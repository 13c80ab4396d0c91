"""Marked values: noted as they come by, and looked for wherever they should not stand, however they are written."""

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa
from flask import Flask
from redis import Redis

from idp.db import Model, db


@dataclass
class Canaries:
    """Secrets stand nowhere; what names a person stands in no log."""

    secrets: dict[str, str] = field(default_factory=dict)
    persons: dict[str, str] = field(default_factory=dict)

    def secret(self, name: str, *values: str | None) -> None:
        """Note values of one kind."""
        self.secrets |= {value: name for value in values if value}

    def person(self, name: str, *values: str) -> None:
        """The same, for what names somebody."""
        self.persons |= dict.fromkeys(values, name)

    def secrets_in(self, *texts: bytes) -> set[str]:
        """Which kinds of secrets stand there."""
        return {name for value, name in self.secrets.items() if any(_stands_in(value, text) for text in texts)}

    def persons_in(self, *texts: bytes) -> set[str]:
        """Which names of somebody do."""
        return {name for value, name in self.persons.items() if any(_stands_in(value, text) for text in texts)}


def database(app: Flask, *only: str) -> bytes:
    """All that the tables hold, or those named; on SQLite what its files still hold of former rows too."""
    with app.app_context():
        tables = [table for table in Model.metadata.sorted_tables if not only or table.name in only]
        rows = [row for table in tables for row in db.session.execute(sa.select(table))]
        db.session.rollback()
        name = db.engine.url.database
        files = _files(Path(str(name))) if db.engine.dialect.name == "sqlite" and not only else []
    whole = (repr(tuple(row)) for row in rows)  # a row itself shows a part of long values
    return "\n".join(whole).encode() + b"\n".join(files)


def shortlived(app: Flask) -> bytes:
    """All that the short-lived store holds."""
    url = app.extensions["settings"].shortlived_url
    if url.startswith("sqlite"):
        return b"\n".join(_files(Path(url.removeprefix("sqlite:///"))))
    redis = Redis.from_url(url)
    keys = list(redis.scan_iter())
    return b"\n".join(part for key in keys for part in (key, redis.get(key) or b""))


def _files(path: Path) -> Iterator[bytes]:
    for one in path.parent.glob(f"{path.name}*"):
        yield one.read_bytes()


def _stands_in(value: str, text: bytes) -> bool:
    if len(value) < 8:  # a code of six digits: also the end of a time, or of some hexadecimal number
        return re.search(rb"(?<![0-9A-Za-z.])" + re.escape(value.encode()) + rb"(?![0-9A-Za-z])", text) is not None
    plain = value.encode()
    written = (plain, plain.hex().encode(), base64.b64encode(plain).rstrip(b"="), quote(value, safe="").encode())
    return any(one in text for one in written)
