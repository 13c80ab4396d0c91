"""A refresh token for new tokens (RFC 6749 6, Core 12)."""

from typing import Any

from authlib.oauth2.rfc6749 import grants

from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import issuing, refreshing
from idp.oidc.token.issuing import Issuing
from idp.oidc.token.refreshing import Presented


class RefreshTokenGrant(Issuing, grants.RefreshTokenGrant):
    """Authlib checks the client, and that no scope is widened, before anything is used; the rotation is ours."""

    def authenticate_refresh_token(self, refresh_token: str) -> Any:
        """The token and the grant it stands on, while all that lives; not used yet."""
        return refreshing.present(refresh_token)

    def create_token_response(self) -> Any:
        """New tokens, and the successor. A narrowed scope holds for the new access token, not for the grant."""
        client: RegisteredClient = self.request.client
        presented: Presented = self.request.refresh_token
        asked = list(dict.fromkeys((self.request.payload.scope or "").split()))
        successor = refreshing.renew(presented, client)
        alive = presented.alive
        return 200, issuing.answer(alive, client, scopes=asked or alive.scopes, refresh_token=successor), []
