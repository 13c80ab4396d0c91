"""APIs stand as their file says."""

import pytest
import yaml

from idp.db import unit_of_work
from idp.oidc.clients import apis
from idp.oidc.clients.described import FileRefused
from idp.oidc.models import resource
from idp.oidc.models.resource import Resource
from tests.browser import ISSUER
from tests.builders import a_client

API = "https://api.example/invoices"
INVOICES = {"identifier": API, "name": "Factures", "scopes": {"invoices:read": "Vos factures"}}


@pytest.fixture
def here(app):
    with app.app_context(), unit_of_work():
        yield app


@pytest.fixture
def stand(tmp_path):
    """Make APIs stand as described; their differences."""

    def applied(*described):
        path = tmp_path / "apis.yaml"
        path.write_text(yaml.safe_dump({"resources": list(described)}, allow_unicode=True))
        planned = apis.plan(apis.read(path), development=False)
        apis.apply(planned)
        return [one.difference for one in planned]

    return applied


def test_an_api_is_added_changed_and_left_as_it_is(here, stand):
    assert stand(INVOICES)[0].outcome == "added"
    assert stand(INVOICES)[0].outcome == "unchanged"
    former = Resource.by_identifier(API).updated_at
    (difference,) = stand(INVOICES | {"access_token_signing_alg": "RS256"})
    assert difference.changes == {"access_token_signing_alg": ("ES256", "RS256")}
    assert Resource.by_identifier(API).updated_at >= former


def test_requests_know_it_at_once_and_forget_it_when_it_is_disabled(here, stand):
    stand(INVOICES)
    known = resource.known()[API]
    assert (known.scopes, known.access_token_signing_alg) == ({"invoices:read": "Vos factures"}, "ES256")
    row = Resource.by_identifier(API)
    apis.disable(row)
    first = row.disabled_at
    apis.disable(row)
    assert row.disabled_at == first
    assert API not in resource.known()
    with pytest.raises(FileRefused, match="disabled"):
        stand(INVOICES)


def test_who_may_introspect_is_a_client_that_proves_who_it_is(here, stand):
    public = a_client(token_endpoint_auth_method="none").client_id
    for client_id in (public, "nobody"):
        with pytest.raises(FileRefused, match="introspection_clients"):
            stand(INVOICES | {"introspection_clients": [client_id]})
    server = a_client().client_id
    stand(INVOICES | {"introspection_clients": [server]})
    assert resource.known()[API].introspection_clients == {server}


@pytest.mark.parametrize(
    "changes",
    [
        {"identifier": ISSUER},
        {"identifier": "http://api.example/invoices"},
        {"identifier": f"{API}#part"},
        {"identifier": "urn:invoices"},
        {"identifier": "https://API.example/invoices"},
        {"identifier": f"https://api.example/{'x' * 500}"},
        {"name": ""},
        {"scopes": {"openid": "Qui vous êtes"}},
        {"scopes": {"profile": "Votre nom"}},
        {"scopes": {"a b": "Deux"}},
        {"scopes": {'"': "Une"}},
        {"scopes": {"invoices:read": ""}},
        {"scopes": ["invoices:read"]},
        {"access_token_signing_alg": "HS256"},
        {"access_token_signing_alg": "none"},
        {"secret": "x"},
    ],
    ids=str,
)
def test_what_is_unsafe_or_unknown_is_refused(here, stand, changes):
    with pytest.raises(FileRefused):
        stand(INVOICES | changes)
    assert Resource.all() == []


@pytest.mark.parametrize("identifier", ["https://api.example", "https://api.example/", "https://api.example:8443/v1"])
def test_an_identifier_is_a_plain_https_uri(here, stand, identifier):
    assert stand(INVOICES | {"identifier": identifier})[0].outcome == "added"


def test_our_organization_may_be_among_its_scopes(here, stand):
    assert stand(INVOICES | {"scopes": {"organization": "L'entreprise"}})[0].outcome == "added"


def test_a_scope_is_of_one_api(here, stand):
    other = INVOICES | {"identifier": "https://api.example/other", "scopes": {"organization": "L'entreprise"}}
    with pytest.raises(FileRefused, match="invoices:read is of"):
        stand(INVOICES, other | {"scopes": INVOICES["scopes"]})
    stand(INVOICES | {"scopes": INVOICES["scopes"] | {"organization": "L'entreprise"}}, other)
    with pytest.raises(FileRefused, match="invoices:read is of"):
        stand(other | {"scopes": INVOICES["scopes"]})
    apis.disable(Resource.by_identifier(API))
    stand(other | {"scopes": INVOICES["scopes"]})


def test_an_api_is_described_once(here, stand):
    with pytest.raises(FileRefused, match="twice"):
        stand(INVOICES, INVOICES)
