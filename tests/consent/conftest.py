"""A partner's application, and a colleague in Léa's company."""

import pytest
from flask import Flask

from tests.builders import Member, Portal, a_client
from tests.companies import joins


@pytest.fixture
def firm(app: Flask) -> Portal:
    """A partner's application, of a third party."""
    with app.app_context():
        return a_client(name="Paie Exemple", first_party=False, client_id="firm")


@pytest.fixture
def karim(app: Flask, lea: Member) -> Member:
    """A colleague of Léa, who holds the company."""
    return joins(app, lea.organization_id, "karim@example.org").who
