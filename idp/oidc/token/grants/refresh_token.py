"""A refresh token for new tokens (RFC 6749 6, Core 12)."""

from typing import Any

from authlib.oauth2.rfc6749.grants import BaseGrant, TokenEndpointMixin

from idp.oidc.clients.authentication import authenticate
from idp.oidc.errors import Refused
from idp.oidc.token import issuing, refreshing


class RefreshTokenGrant(BaseGrant, TokenEndpointMixin):  # type: ignore[misc]
    """Scopes are never widened; narrowed ones hold for the new access token only, not for the grant."""

    GRANT_TYPE = "refresh_token"

    def validate_token_request(self) -> None:
        """Who asks, and with what."""
        client = authenticate(self.request)
        if not client.check_grant_type(self.GRANT_TYPE):
            raise Refused("unauthorized_client")
        if "refresh_token" not in self.request.form:
            raise Refused("invalid_request", "refresh_token is required")

    def create_token_response(self) -> tuple[int, dict[str, Any], list[Any]]:
        """New tokens, and the successor."""
        asked = (self.request.form.get("scope") or "").split()
        alive, successor = refreshing.refresh(self.request.form["refresh_token"], self.request.client)
        if not set(asked) <= set(alive.scopes):
            raise Refused("invalid_scope")
        scopes = list(dict.fromkeys(asked)) or alive.scopes
        return 200, issuing.answer(alive, self.request.client, scopes=scopes, refresh_token=successor), []
