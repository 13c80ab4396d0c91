"""A refresh token for new tokens (RFC 6749 6, Core 12)."""

from typing import Any

from authlib.oauth2.rfc6749 import grants

from idp.oidc.clients import resources
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import issuing, refreshing
from idp.oidc.token.issuing import Issuing
from idp.oidc.token.refreshing import Presented
from idp.settings import settings


class RefreshTokenGrant(Issuing, grants.RefreshTokenGrant):
    """Authlib checks the client, and that no scope is widened, before anything is used; the rotation is ours."""

    def authenticate_refresh_token(self, refresh_token: str) -> Any:
        """The token and the grant it stands on, while all that lives; not used yet."""
        return refreshing.present(refresh_token)

    def create_token_response(self) -> Any:
        """New tokens, and the successor. A narrowed scope or resource holds for the new access token, not the grant."""
        client: RegisteredClient = self.request.client
        presented: Presented = self.request.refresh_token
        alive = presented.alive
        asked = list(dict.fromkeys((self.request.payload.scope or "").split()))
        # First of all: a resource that is refused uses nothing
        audience = resources.choose(client, self.request.form.get("resource"), alive.resources or [settings.issuer])
        given: dict[str, Any] = {"audience": audience, "scopes": asked or alive.scopes}
        return 200, issuing.answer(alive, client, refresh_token=refreshing.renew(presented, client), **given), []
