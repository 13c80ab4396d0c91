"""A program's own access to an API: for nobody, or for a client of its firm that lets it (RFC 6749 4.4)."""

from datetime import datetime
from typing import Any

from authlib.oauth2.rfc6749 import grants

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.delegations.unattended.models import Machine
from idp.oidc.clients import metadata, resources
from idp.oidc.clients.resources import Audience
from idp.oidc.errors import Refused
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import access_token, claims, unattended
from idp.oidc.token.issuing import Issuing
from idp.settings import settings


class ClientCredentialsGrant(Issuing, grants.ClientCredentialsGrant):
    """Authlib checks the client and its grant type. No refresh token, no ID token, nothing about anybody."""

    def validate_requested_scope(self) -> None:
        """Ours to check, by the API: see `_scopes`."""

    def create_token_response(self) -> Any:
        """An access token for one API that the client registered, whose subject is the client."""
        client: RegisteredClient = self.request.client
        if client.token_endpoint_auth_method == "none":
            raise Refused("unauthorized_client", "only a client that proves who it is")  # RFC 6749 4.4
        if not client.resources:
            raise Refused("invalid_target", "no resource is registered for this client")
        audience = resources.choose(client, self.request.form.get("resource"), client.resources)
        scopes, now = _scopes(client, audience, self.request.form.get("scope")), clock.now()
        machine = unattended.named(client, self.request.form.get("authorization_details"), now)
        token = access_token.mint_for_client(client, access_token.Purpose(audience, scopes), now, machine)
        _record(client, audience, scopes, machine)
        return 200, {"access_token": token, "token_type": "Bearer", **_said(scopes, machine, now)}, []


def _scopes(client: RegisteredClient, audience: Audience, asked: str | None) -> list[str]:
    """Those asked for, else all: of the client and of the API, and none that speaks of a person."""
    open_to_it = [scope for scope in audience.narrow(client.scopes) if scope not in metadata.SCOPES]
    wanted = list(dict.fromkeys((asked or "").split())) or open_to_it
    if not set(wanted) <= set(open_to_it):
        raise Refused("invalid_scope", "the client may not have such a scope there, for itself")
    return wanted


def _said(scopes: list[str], machine: Machine | None, now: datetime) -> dict[str, Any]:
    """What the answer says beside the token: how long it lives, and what it allows for whom."""
    lifetime = settings.access_token_lifetime
    said: dict[str, Any] = {"expires_in": int(lifetime.total_seconds())}
    if machine is not None:
        said |= {
            "expires_in": claims.lifetime(machine, lifetime, now),
            "authorization_details": [claims.detail(machine)],
        }
    return said | ({"scope": " ".join(scopes)} if scopes else {})


def _record(client: RegisteredClient, audience: Audience, scopes: list[str], machine: Machine | None) -> None:
    details: dict[str, Any] = {"resource": audience.identifier, "scopes": scopes}
    details |= {"delegation": str(machine.delegation_id)} if machine else {}
    organization_id = machine.organization_id if machine else None
    what = Event.CLIENT_TOKEN_ISSUED
    log.record(what, client=client.id, organization=organization_id, details=details, personal=False)
