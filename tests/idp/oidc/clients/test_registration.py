"""Clients are stored as they were asked for, given another secret, and refused from a day on."""

from datetime import timedelta

import pytest

from idp import clock
from idp.db import unit_of_work
from idp.oidc.clients import metadata, registration
from idp.oidc.clients.metadata import Metadata
from idp.oidc.clients.registration import Refused, Registered
from tests.builders import a_fund
from tests.rows import row

CALLBACK = "https://portal.example/callback"


def asked(**changes):
    return Metadata(**{"name": " Portail ", "client_id": "portal", "redirect_uris": (CALLBACK,)} | changes)


@pytest.fixture
def here(app):
    with app.app_context(), unit_of_work():
        yield app


def test_every_value_asked_for_reaches_the_row(here):
    fund = a_fund()
    done = registration.register(asked(fund=fund.code, offline=True, first_party=True), development=False)
    assert isinstance(done, Registered)
    assert (done.client.name, done.client.fund_id, done.client.sector) == ("Portail", fund.id, "")
    for name, value in registration.columns(asked(offline=True, first_party=True)).items():
        assert getattr(done.client, name) == value, name


@row("OID-7")
def test_a_client_is_confidential_unless_it_is_asked_for_otherwise(here):
    done = registration.register(asked(), development=False)
    assert isinstance(done, Registered)
    assert done.client.token_endpoint_auth_method == "client_secret_basic"
    public = registration.register(asked(client_id="p", token_endpoint_auth_method="none"), development=False)
    assert isinstance(public, Registered)
    assert (public.secret, public.client.secret_digest) == (None, None)


def test_the_secret_of_a_client_is_kept_as_a_digest_only(here):
    done = registration.register(asked(), development=False)
    assert isinstance(done, Registered)
    assert done.secret is not None
    assert len(done.secret) == 43
    assert done.secret.encode() not in done.client.secret_digest
    public = registration.register(asked(client_id="app", token_endpoint_auth_method="none"), development=False)
    assert isinstance(public, Registered)
    assert (public.secret, public.client.secret_digest) == (None, None)


def test_what_may_not_be_registered_is_not_stored_and_every_reason_is_told(here):
    registration.register(asked(), development=False)
    refused = registration.register(asked(name="", fund="nowhere"), development=False)
    assert isinstance(refused, Refused)
    assert [reason.partition(":")[0] for reason in refused.reasons] == ["name", "fund", "client_id"]


def test_a_disabled_client_is_disabled_once(here):
    client = registration.register(asked(), development=False).client
    registration.disable(client)
    first = client.disabled_at
    with clock.travel(timedelta(days=1)):
        registration.disable(client)
    assert client.disabled_at == first


def test_the_sector_of_a_pairwise_client_is_written_down(here):
    done = registration.register(asked(subject_type="pairwise"), development=False)
    assert done.client.sector == metadata.sector(asked(subject_type="pairwise")) == "portal.example"
