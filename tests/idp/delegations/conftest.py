"""People, their companies, and a firm that acts for some of them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from idp import clock
from idp.db import db
from idp.delegations.models import StaffAssignment
from tests import builders
from tests.builders import an_organization

READ = builders.READ


@pytest.fixture
def firm(app: Flask) -> UUID:
    """A firm of the register."""
    with app.app_context():
        return an_organization(kind="firm", name="Cabinet Exemple").id


@pytest.fixture
def delegates(app: Flask, firm: UUID) -> Callable[..., UUID]:
    """Let an organization delegate to the firm; `changes` set columns."""

    def delegate(organization_id: UUID, **changes: Any) -> UUID:
        with app.app_context():
            return builders.a_delegation(organization_id, firm, **changes).id

    return delegate


@pytest.fixture
def assigns(app: Flask) -> Callable[..., None]:
    """Name a person of the firm for a delegation, with all its rights or some."""

    def assign(delegation_id: UUID, account_id: UUID, rights: list[str] | None = None) -> None:
        with app.app_context():
            ids = {"delegation_id": delegation_id, "account_id": account_id}
            db.session.add(StaffAssignment(**ids, rights=rights, assigned_at=clock.now()))
            db.session.commit()

    return assign
