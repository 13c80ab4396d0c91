"""Client authentication on plain values; what is answered over HTTP stands in tests/protocol."""

import base64

import pytest

from idp.oidc.clients.authentication import METHODS, authenticate
from idp.oidc.errors import Refused
from idp.oidc.kernel import ProtocolRequest
from tests.builders import a_client


def request_of(portal, method):
    """A request of that method."""
    if method == "client_secret_basic":
        joined = f"{portal.client_id}:{portal.secret}".encode()
        return ProtocolRequest({"Authorization": f"Basic {base64.b64encode(joined).decode()}"}, {})
    values = {"client_id": portal.client_id}
    return ProtocolRequest({}, values | ({"client_secret": portal.secret} if portal.secret else {}))


@pytest.mark.parametrize("method", [one for one in METHODS if one != "private_key_jwt"])  # test_private_key_jwt.py
def test_the_client_and_its_method_are_left_on_the_request(app, method):
    with app.app_context():
        portal = a_client(token_endpoint_auth_method=method)
        request = request_of(portal, method)
        assert authenticate(request).id == portal.id
    assert (request.client.client_id, request.auth_method) == (portal.client_id, method)


def test_nothing_is_left_on_a_request_that_failed(app):
    request = ProtocolRequest({}, {"client_id": "nobody"})
    with app.app_context(), pytest.raises(Refused, match="invalid_client"):
        authenticate(request)
    assert request.client is None
