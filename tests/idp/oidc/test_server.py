"""What the token endpoint supports."""

from idp.oidc import kernel, server


def test_three_grants_are_supported_and_no_implicit_or_password():
    assert [grant.GRANT_TYPE for grant in server.GRANTS] == [
        "authorization_code",
        "refresh_token",
        "client_credentials",
    ]
    assert server.server is kernel.server
    assert len(kernel.server._token_grants) == len(server.GRANTS)
