"""Applications for tests: a template made once by the migrations, copied for each test, on either kind of storage."""

import shutil
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from werkzeug.routing import Rule

from app import create_app
from idp import clock, extensions
from idp.db import db, unit_of_work
from idp.oidc.clients.metadata import SIGNING_ALGS
from idp.ops import schema
from idp.settings import Settings
from tests.servers import Postgres

_copies = count(1)


class _CompiledOnce(Rule):
    """A route that is compiled once a process: each application here has the same 140, which take werkzeug 35 ms."""

    _compiled: ClassVar[dict[tuple[str, ...], Any]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        key = (self.rule, repr(self._trace), repr(self.defaults), str(append_unknown))
        if key not in self._compiled:
            self._compiled[key] = super()._compile_builder(append_unknown)
        return self._compiled[key]


class _ParsedOnce(BytecodeCache):
    """The same of templates."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


Flask.url_rule_class = _CompiledOnce
Flask.jinja_options = {"bytecode_cache": _ParsedOnce()}


@dataclass(frozen=True)
class Template:
    """A migrated SQLite file with its signing keys, and the master key that opens them."""

    folder: Path

    @classmethod
    def make(cls, folder: Path) -> "Template":
        """Run the migrations and make the keys, once."""
        _prepare(f"sqlite:///{folder}/idp.db", folder)
        return cls(folder)

    def sqlite(self, folder: Path, **changes: Any) -> Flask:
        """An application on a copy of its own."""
        for name in ("idp.db", "master.key"):
            shutil.copy2(self.folder / name, folder / name)
        return _app(f"sqlite:///{folder}/idp.db", f"sqlite:///{folder}/shortlived.db", folder, **changes)


@dataclass(frozen=True)
class PostgresTemplate:
    """The same on PostgreSQL, with Redis beside it."""

    server: Postgres
    redis_url: str
    folder: Path
    name: str = "idp_template"

    @classmethod
    def make(cls, server: Postgres, redis_url: str, folder: Path) -> "PostgresTemplate":
        """Run the migrations and make the keys, once."""
        _prepare(server.create(cls.name), folder)
        return cls(server, redis_url, folder)

    def copy(self, folder: Path, **changes: Any) -> Flask:
        """An application on a copy of its own, and a clean Redis."""
        shutil.copy2(self.folder / "master.key", folder / "master.key")
        url = self.server.create(f"idp_{next(_copies)}", template=self.name)
        app = _app(url, self.redis_url, folder, **changes)
        with app.app_context():
            extensions.store.clear()
        return app


def settings_for(database_url: str, shortlived_url: str, folder: Path, **changes: Any) -> Settings:
    """Settings on these stores, with hashes that take a millisecond and a client cache that keeps nothing."""
    values: dict[str, Any] = {
        "database_url": database_url,
        "shortlived_url": shortlived_url,
        "master_key_file": folder / "master.key",
        "cheap_hashes": True,
        "client_cached_for": 0,
    }
    return Settings(_env_file=None, **(values | changes))


def close(app: Flask) -> None:
    """Give its connections back."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _app(database_url: str, shortlived_url: str, folder: Path, **changes: Any) -> Flask:
    return create_app(settings_for(database_url, shortlived_url, folder, **changes))


def _prepare(url: str, folder: Path) -> None:
    app = _app(url, f"sqlite:///{folder}/shortlived.db", folder)
    with app.app_context():
        schema.bring_up_to_date()
        with unit_of_work():
            extensions.ring.prepare(SIGNING_ALGS, clock.now())
        db.engine.dispose()
