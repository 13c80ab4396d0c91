"""A whole application on migrated tables of its own, on either database."""

from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from app import create_app
from idp.ops import schema
from idp.settings import Settings

DATABASES = ["sqlite", "postgresql"]


def house(request: pytest.FixtureRequest, folder: Path, **changed: object) -> Flask:
    """Make it in `folder`, on the database that the fixture's parameter names."""
    url = f"sqlite:///{folder}/idp.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").create(f"house{uuid4().hex[:8]}")
    values: dict[str, object] = {
        "database_url": url,
        "shortlived_url": f"sqlite:///{folder}/shortlived.db",
        "master_key_file": folder / "master.key",
        "cheap_hashes": True,
    }
    app = create_app(Settings(_env_file=None, **values | changed))
    with app.app_context():
        schema.bring_up_to_date()
    return app
