"""Clients as requests see them: for a second at most, and by no name that none can have."""

from datetime import timedelta

import pytest

from idp.db import unit_of_work
from idp.oidc.clients import registration
from idp.oidc.models import registered
from idp.oidc.models.client import Client
from tests.builders import a_client
from tests.counting import costs


@pytest.fixture
def cached(app):
    """An application whose workers keep a client for an hour, as if the second were long."""
    kept = app.extensions["settings"].model_copy(update={"client_cached_for": timedelta(hours=1)})
    app.extensions["settings"] = kept
    with app.app_context():
        registered.forget()
        yield app
        registered.forget()


def test_a_client_is_asked_once(cached):
    portal = a_client()
    with costs(cached) as counted:
        found = [registered.find(portal.client_id) for _ in range(3)]
    assert len(counted.statements) == 1
    assert [client.get_client_id() for client in found] == [portal.client_id] * 3


def test_a_registration_made_here_is_seen_at_once(cached):
    portal = a_client()
    assert registered.find(portal.client_id) is not None
    with unit_of_work():
        registration.disable(Client.by_client_id(portal.client_id))
    assert registered.find(portal.client_id) is None


def test_origins_are_those_of_live_clients(cached):
    gone = a_client(origins=("https://gone.example.org",))
    a_client(origins=("https://app.example.org",))
    assert registered.origins() == {"https://gone.example.org", "https://app.example.org"}
    with costs(cached) as counted:
        registered.origins()
    assert counted.statements == []
    with unit_of_work():
        registration.disable(Client.by_client_id(gone.client_id))
    assert registered.origins() == {"https://app.example.org"}


@pytest.mark.parametrize("name", ["", "a b", "a\0", "é", "a\n", "x" * 256])
def test_a_name_that_no_client_has_is_not_looked_up(cached, name):
    with costs(cached) as counted:
        assert registered.find(name) is None
    assert counted.statements == []


def test_names_made_up_by_strangers_do_not_fill_the_memory(cached):
    for number in range(1100):
        registered.find(f"stranger-{number}")
    assert len(registered._cache) <= 1001
