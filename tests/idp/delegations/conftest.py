"""People, their companies, and a firm that acts for some of them."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from idp import clock
from idp.db import db
from idp.delegations.models import Delegation, StaffAssignment
from tests.builders import an_organization

READ = ["legal:read", "documents:read"]


@pytest.fixture
def firm(app: Flask) -> UUID:
    """A firm of the register."""
    with app.app_context():
        return an_organization(kind="firm", name="Cabinet Exemple").id


@pytest.fixture
def delegates(app: Flask, firm: UUID) -> Callable[..., UUID]:
    """Let an organization delegate to the firm; `changes` set columns."""

    def delegate(organization_id: UUID, **changes: Any) -> UUID:
        now = clock.now()
        values = {"organization_id": organization_id, "firm_id": firm, "firm_siret": "99900001100018"}
        values |= {"firm_name": "Cabinet Exemple", "origin": "offer", "rights": READ, "all_staff": True}
        values |= {"created_at": now, "accepted_at": now, "starts_at": now, "ends_on": date(2099, 3, 31)}
        values |= {"ends_at": now + timedelta(days=90)}
        with app.app_context():
            made = Delegation(**(values | changes))
            db.session.add(made)
            db.session.commit()
            return made.id

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
