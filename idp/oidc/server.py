"""All that the token endpoint supports, on one screen: importing it fills the kernel."""

from idp.oidc.kernel import server
from idp.oidc.token.grants.authorization_code import AuthorizationCodeGrant
from idp.oidc.token.grants.client_credentials import ClientCredentialsGrant
from idp.oidc.token.grants.refresh_token import RefreshTokenGrant

GRANTS = (AuthorizationCodeGrant, RefreshTokenGrant, ClientCredentialsGrant)

for grant in GRANTS:
    server.register_grant(grant)
