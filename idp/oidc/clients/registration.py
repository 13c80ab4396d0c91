"""Clients are stored, given another secret, and refused from a day on."""

from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

from idp import clock, extensions
from idp.audit import log
from idp.audit.events import Event
from idp.db import db, new_id
from idp.delegations.granting.models import proven_firm
from idp.oidc.clients.metadata import Apis, Metadata, has_secret, problems, sector
from idp.oidc.models import registered, resource
from idp.oidc.models.client import Client
from idp.registry.models import Fund, Organization
from keys import opaque


@dataclass(frozen=True)
class Registered:
    """A client that was stored, and its secret in clear, which is kept nowhere."""

    client: Client
    secret: str | None


@dataclass(frozen=True)
class Refused:
    """A registration that was not stored, and every reason."""

    reasons: list[str]


def register(asked: Metadata, *, development: bool) -> Registered | Refused:
    """Store a client, with a new secret unless it is public."""
    asked = replace(asked, client_id=asked.client_id or str(new_id()))
    reasons = problems(asked, development=development, apis=apis())
    fund = Fund.by_code(asked.fund) if asked.fund else None
    if asked.fund and fund is None:
        reasons.append(f"fund: none has the code {asked.fund!r}")
    firm = firm_of(asked)
    if asked.firm and firm is None:
        reasons.append(f"firm: no proven firm has the SIRET {asked.firm!r}")
    if Client.by_client_id(asked.client_id):
        reasons.append(f"client_id: {asked.client_id!r} is taken")
    if reasons:
        return Refused(reasons)
    secret = opaque.make() if has_secret(asked.token_endpoint_auth_method) else None
    client = _row(asked, fund, secret)
    client.organization_id = firm.id if firm else None
    db.session.add(client)
    db.session.flush()
    log.record(Event.CLIENT_ADDED, client=client.id, details={"client_id": client.client_id})
    registered.forget()
    return Registered(client, secret)


def rotate_secret(client: Client, former_lives: timedelta) -> Registered | Refused:
    """Give a client a new secret; the former one is accepted for a while, so that nothing stops meanwhile."""
    if not has_secret(client.token_endpoint_auth_method):
        return Refused([f"{client.client_id} has no secret: {client.token_endpoint_auth_method}"])
    secret, now = opaque.make(), clock.now()
    client.former_secret_digest = client.secret_digest if former_lives else None
    client.former_secret_expires_at = now + former_lives if former_lives else None
    client.secret_digest, client.updated_at = opaque.digest(secret), now
    log.record(Event.CLIENT_SECRET_ROTATED, client=client.id)
    registered.forget()
    return Registered(client, secret)


def disable(client: Client) -> None:
    """Refuse a client from now on, and end its grants; nothing happens to one that is disabled already."""
    if client.disabled_at is None:
        client.disabled_at = client.updated_at = clock.now()
        log.record(Event.CLIENT_DISABLED, client=client.id)
        extensions.house.ended("client", client.id)
        registered.forget()


def apis() -> Apis:
    """The APIs that clients may ask for, as the check wants them."""
    return {name: api.scopes for name, api in resource.known().items()}


def firm_of(asked: Metadata) -> Organization | None:
    """The proven firm that the client says it belongs to, if there is one."""
    return proven_firm("".join(asked.firm.split())) if asked.firm else None


def columns(asked: Metadata) -> dict[str, Any]:
    """The values of a row that its metadata gives, but for its fund, its firm, and its sector, which is for ever."""
    given = {field.name: getattr(asked, field.name) for field in fields(asked) if field.name not in ("fund", "firm")}
    lists = {name: list(value) for name, value in given.items() if isinstance(value, tuple)}
    return given | lists | {"name": asked.name.strip()}


def _row(asked: Metadata, fund: Fund | None, secret: str | None) -> Client:
    now = clock.now()
    return Client(
        **columns(asked),
        fund_id=fund and fund.id,
        sector=sector(asked),
        secret_digest=opaque.digest(secret) if secret else None,
        created_at=now,
        updated_at=now,
    )
