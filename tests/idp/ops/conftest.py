"""Applications on storage of their own, which a test may break."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
from idp import clock
from idp.db import unit_of_work
from idp.extensions import ring
from idp.ops import schema
from idp.settings import Settings


@pytest.fixture
def make_empty_app(tmp_path: Path) -> Callable[..., Flask]:
    """Make an application with some settings changed, on empty files."""

    def make(**changed: object) -> Flask:
        values: dict[str, object] = {
            "database_url": f"sqlite:///{tmp_path}/idp.db",
            "shortlived_url": f"sqlite:///{tmp_path}/shortlived.db",
            "master_key_file": tmp_path / "master.key",
        }
        return create_app(Settings(_env_file=None, **values | changed))

    return make


@pytest.fixture
def make_app(make_empty_app: Callable[..., Flask]) -> Callable[..., Flask]:
    """… and with its tables and keys."""

    def make(**changed: object) -> Flask:
        app = make_empty_app(**changed)
        with app.app_context():
            schema.bring_up_to_date()
            with unit_of_work():
                ring.prepare(("RS256", "ES256"), clock.now())
        return app

    return make
