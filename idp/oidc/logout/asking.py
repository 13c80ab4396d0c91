"""A portal asks to sign its user out: on whose word, and where to afterwards (OpenID Connect RP-Initiated Logout)."""

from dataclasses import dataclass
from typing import Any

from idp import clock, extensions
from idp.alive import LiveSession
from idp.oidc.models import registered
from idp.oidc.models.grant import Grant
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import id_token
from idp.settings import settings
from keys import jose
from keys.errors import BadToken


@dataclass(frozen=True)
class LogoutRequest:
    """What is asked, as far as it is proven. `client` is only claimed where `hint` is None."""

    client: RegisteredClient | None = None
    hint: dict[str, Any] | None = None
    return_uri: str | None = None
    state: str | None = None

    def names(self, session: LiveSession) -> bool:
        """Whether the hint is of this very session, or of an offline grant of its person; else the person is asked."""
        return self.hint is not None and Grant.stands_on(self.hint["sid"], session.account_id, session.id)


def read(parameters: dict[str, str]) -> LogoutRequest:
    """Without a good hint nobody is named, and no address is followed (OUT-1).

    The hint must be an ID token that we signed, expired or not; a `client_id` beside it must be its audience; the
    address must be exactly one that this client registered. Any other address makes the whole request doubtful.
    """
    claimed = registered.find(parameters.get("client_id", ""))
    hint = _hint(parameters.get("id_token_hint", ""))
    client = registered.find(hint["aud"]) if hint else None
    if client is None or parameters.get("client_id", client.client_id) != client.client_id:
        return LogoutRequest(claimed)
    wanted = parameters.get("post_logout_redirect_uri")
    if wanted is not None and wanted not in client.post_logout_redirect_uris:
        return LogoutRequest(client)
    return LogoutRequest(client, hint, wanted, parameters.get("state"))


def _hint(token: str) -> dict[str, Any] | None:
    now = clock.now()
    keys = extensions.ring.verification_keys(now)
    essential = ("iss", "aud", "exp", "iat", "sub", "sid")
    options: dict[str, Any] = {"algorithms": id_token.ALGORITHMS, "typ": id_token.TYP, "essential": essential}
    try:
        said = jose.verify(token, keys, now=now, expired_ok=True, **options)
    except BadToken:
        return None
    return said if said["iss"] == settings.issuer and isinstance(said["aud"], str) else None
