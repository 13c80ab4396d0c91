"""A firm's program acts for an organization while nobody is there: its token names the delegation that lets it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from idp.delegations.unattended.models import Machine
from idp.oidc.authorization import details
from idp.oidc.errors import Refused
from idp.oidc.models.registered import RegisteredClient
from idp.oidc.token import claims


def named(client: RegisteredClient, text: str | None, now: datetime) -> Machine | None:
    """By which delegation the client may act as it asks (RFC 9396 6); None when it asks to act for nobody.

    Raises `Refused`, the same for an organization that is none of the firm's and for one that does not exist, and
    `OAuth2Error` for what is malformed.
    """
    if text is None:
        return None
    asked = details.named_by(text, None, None)
    if asked.organization is None:
        raise Refused("invalid_authorization_details", "identifier: name the organization")
    one = {"organization_id": UUID(asked.organization["id"])} if "id" in asked.organization else asked.organization
    found = _found(client, asked.privileges, now, **one)
    if found is None:
        raise Refused("invalid_authorization_details", "the client may not act for such an organization by itself")
    return found


def again(client: RegisteredClient, told: dict[str, Any], now: datetime) -> Machine | None:
    """The delegation of a token that was given, as it is now; None when it lets the program act no more."""
    delegation_id = UUID(told["delegation"]["id"])
    return _found(client, told["privileges"], now, delegation_id=delegation_id)


def _found(client: RegisteredClient, privileges: list[str] | None, now: datetime, **one: Any) -> Machine | None:
    """The one that is meant, with a right left; a SIRET that means several organizations means none."""
    if client.organization_id is None:
        return None
    found = Machine.some(client.organization_id, privileges, now, **one)
    if len({machine.organization_id for machine in found}) != 1:
        return None
    return next((machine for machine in found if claims.rights(machine)), None)
