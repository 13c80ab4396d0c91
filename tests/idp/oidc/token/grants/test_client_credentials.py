"""A program's own token is minted by the grant that Authlib knows by that name."""

from idp.oidc.clients.authentication import METHODS
from idp.oidc.kernel import ProtocolRequest, server
from idp.oidc.token.grants.client_credentials import ClientCredentialsGrant
from tests.builders import a_program, an_api


def test_it_is_found_by_its_name_and_answers(app):
    with app.app_context():
        program = a_program(an_api(), token_endpoint_auth_method="client_secret_post")
        secret = {"client_id": program.client_id, "client_secret": program.secret}
        asked = ProtocolRequest({}, {"grant_type": "client_credentials", **secret})
        assert isinstance(server.get_token_grant(asked), ClientCredentialsGrant)
        assert server.token(asked).status == 200
    assert "none" in METHODS  # which this grant refuses: see tests/protocol
