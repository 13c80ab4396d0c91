"""A client gives a token back: the grant it stands on ends, and all it gave with it (RFC 7009)."""

from uuid import UUID

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.oidc.errors import Refused
from idp.oidc.models.grant import Grant
from idp.oidc.models.refresh_token import RefreshToken
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import access_token
from keys import opaque
from keys.errors import BadToken


def revoke(token: str | None, client: RegisteredClient) -> None:
    """End the grant of a refresh or access token of this client; an unknown token is no error (RFC 7009 2.2).

    The hint on its type is not needed. Raises `invalid_grant` when the token is another client's.
    """
    if token is None:
        raise Refused("invalid_request", "token is required")
    grant_id = _grant_named_by(token, client)
    owner = Grant.client_of(grant_id) if grant_id else None
    if owner is None or grant_id is None:
        return
    if owner != client.id:
        raise Refused("invalid_grant", "the token was given to another client")
    if Grant.end(grant_id):
        log.record(Event.TOKEN_REVOKED, client=client.id, grant=grant_id, personal=False)


def _grant_named_by(token: str, client: RegisteredClient) -> UUID | None:
    refresh = RefreshToken.of(opaque.digest(token))
    if refresh is not None:
        return refresh.grant_id
    try:
        said = access_token.read_any(token, clock.now(), expired_ok=True)
        if "grant" not in said and said["client_id"] == client.client_id:
            raise Refused("unsupported_token_type")  # its own, which stands on no grant (RFC 7009 2.2.1)
        return access_token.grant_of(said)
    except BadToken:
        return None
