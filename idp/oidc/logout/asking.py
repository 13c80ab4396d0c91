"""A portal asks to sign its user out: on whose word, and where to afterwards (OpenID Connect RP-Initiated Logout)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from idp import clock, extensions
from idp.oidc.models import registered
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.models.subject import Subject
from idp.oidc.token import id_token
from idp.settings import settings
from keys import jose
from keys.errors import BadToken


@dataclass(frozen=True)
class LogoutRequest:
    """`account_id` is the person the hint names; `return_uri` is where that client registered to be called back."""

    client: RegisteredClient | None = None
    account_id: UUID | None = None
    return_uri: str | None = None
    state: str | None = None


def read(parameters: dict[str, str]) -> LogoutRequest:
    """What is asked, as far as it is proven: without a good hint nobody is named and no address is followed (OUT-1).

    The hint must be an ID token that we signed, expired or not. The address must be exactly one that its client
    registered; a `client_id` beside it must be that client's.
    """
    said = _hint(parameters.get("id_token_hint", ""))
    client = registered.find(str(said["aud"])) if said else None
    if said is None or client is None or parameters.get("client_id", client.client_id) != client.client_id:
        return LogoutRequest()
    wanted = parameters.get("post_logout_redirect_uri")
    return LogoutRequest(
        client=client,
        account_id=Subject.account_of(str(said["sub"])),
        return_uri=wanted if wanted in client.post_logout_redirect_uris else None,
        state=parameters.get("state"),
    )


def _hint(token: str) -> dict[str, Any] | None:
    now = clock.now()
    keys = extensions.ring.verification_keys(now)
    options: dict[str, Any] = {"algorithms": id_token.ALGORITHMS, "typ": id_token.TYP, "expired_ok": True}
    try:
        said = jose.verify(token, keys, now=now, **options)
    except BadToken:
        return None
    return said if said["iss"] == settings.issuer else None
