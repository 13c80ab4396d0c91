"""Applications whose mail and SMS reach a postbox."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests import worlds
from tests.postboxes import Postbox, postbox


@pytest.fixture(scope="module")
def servers() -> Iterator[Postbox]:
    """The postbox's two servers, one pair a file."""
    with postbox() as running:
        yield running


@pytest.fixture
def box(servers: Postbox) -> Postbox:
    """A postbox that is empty and well-behaved."""
    servers.box.empty()
    servers.box.troubles.clear()
    servers.box.attempts.clear()
    return servers


@pytest.fixture
def app(template: worlds.Template, tmp_path: Path, box: Postbox) -> Iterator[Flask]:
    """An application on SQLite whose messages reach the postbox."""
    made = template.sqlite(tmp_path, **box.settings)
    yield made
    worlds.close(made)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_app(request: pytest.FixtureRequest, tmp_path: Path, box: Postbox) -> Iterator[Flask]:
    """The same, on either storage."""
    if request.param == "sqlite":
        made = request.getfixturevalue("template").sqlite(tmp_path, **box.settings)
    else:
        made = request.getfixturevalue("postgres_template").copy(tmp_path, **box.settings)
    yield made
    worlds.close(made)
