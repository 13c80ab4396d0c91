"""Which APIs a client may ask tokens for."""

import pytest

from idp.oidc.clients import resources
from idp.oidc.errors import Refused
from tests.browser import ISSUER
from tests.builders import an_api
from tests.clients import a_registered_client


@pytest.fixture
def api(app):
    with app.app_context():
        yield an_api()


def test_the_only_resource_granted_need_not_be_named(api):
    client = a_registered_client(resources=[api])
    assert resources.choose(client, None, [api]).identifier == api
    assert resources.choose(client, None, [ISSUER]).identifier == ISSUER
    with pytest.raises(Refused, match="name it"):
        resources.choose(client, None, [ISSUER, api])


def test_each_is_asked_for_once_in_the_order_asked(api):
    client = a_registered_client(resources=[api])
    assert resources.asked_of(client, [api, ISSUER, api]) == [api, ISSUER]
    assert resources.asked_of(client, []) == []
    with pytest.raises(Refused):
        resources.asked_of(a_registered_client(), [api])


def test_a_token_holds_what_means_something_at_its_audience(api):
    client = a_registered_client(resources=[api], scopes=["openid", "profile", "organization", "invoices:read"])
    scopes = ["openid", "organization", "invoices:read", "unheard:of"]
    assert resources.choose(client, api, [api]).narrow(scopes) == ["organization", "invoices:read"]
    assert resources.choose(client, None, [ISSUER]).narrow(scopes) == ["openid", "organization"]
    poorer = a_registered_client(resources=[api], scopes=["openid"])
    assert resources.choose(poorer, api, [api]).narrow(scopes) == []
    assert "invoices:read" in resources.opened(client, [api])
    assert "invoices:read" not in resources.opened(client, [])


def test_the_algorithm_is_the_apis_and_our_own_is_the_clients(app):
    with app.app_context():
        api = an_api(access_token_signing_alg="RS256")
        client = a_registered_client(resources=[api], access_token_signing_alg="ES256")
        assert resources.choose(client, api, [api]).access_token_signing_alg == "RS256"
        assert resources.choose(client, ISSUER, [ISSUER]).access_token_signing_alg == "ES256"
