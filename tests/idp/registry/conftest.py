"""A house with its tables, on each database, and files that describe funds."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from flask import Flask

from idp.db import db

PAGES = ("legal", "personal-data", "terms", "accessibility", "contact")


@pytest.fixture
def house(any_app: Flask) -> Iterator[Flask]:
    """An application on each database, at hand."""
    with any_app.app_context():
        yield any_app
        db.session.rollback()


@pytest.fixture
def a_fund() -> Callable[..., dict[str, Any]]:
    """One fund as a file describes it, valid by default."""
    code = f"f{uuid4().hex[:8]}"

    def describe(**changed: object) -> dict[str, Any]:
        texts = {page: {"title": f"Page {page}", "markdown": f"## Words of {page}"} for page in PAGES}
        values = {
            "code": code,
            "name": "Caisse du Val d’Exemple",
            "website": "https://caisse.example.org",
            "colours": {"brand": "#1F5C4D"},
            "contact": {"email": "contact@caisse.example.org", "phone": "01 99 00 12 34"},
            "sender": "ne-pas-repondre@caisse.example.org",
            "time_zone": "Indian/Reunion",
            "home_portal": "portal",
            "texts": texts,
        }
        return values | changed

    return describe


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """A file of these funds."""

    def write(*described: dict[str, Any]) -> Path:
        path = tmp_path / "funds.yaml"
        path.write_text(yaml.safe_dump({"funds": list(described)}, allow_unicode=True), encoding="utf-8")
        return path

    return write
