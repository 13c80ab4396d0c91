"""Clients as a file describes them: all of it checked, then all of it applied; a second time changes nothing."""

from collections.abc import Iterable
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, cast

from pydantic import BaseModel, ConfigDict, Field, create_model

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.oidc.clients import described, metadata, registration
from idp.oidc.clients.described import Difference, FileRefused
from idp.oidc.clients.metadata import Metadata
from idp.oidc.clients.registration import Refused
from idp.oidc.models import registered
from idp.oidc.models.client import Client
from idp.registry.models import Fund, Organization
from keys import opaque

REQUIRED = ("client_id", "name")


def _fields() -> dict[str, Any]:
    """Those of the metadata, under the same names: in a file the identifier is required, since it is the key."""
    return {
        field.name: (field.type, ... if field.name in REQUIRED or field.default is MISSING else field.default)
        for field in fields(Metadata)
    }


_Described = create_model("_Described", __config__=ConfigDict(extra="forbid", frozen=True), **_fields())


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    clients: list[_Described] = Field(min_length=1)  # type: ignore[valid-type]


@dataclass(frozen=True)
class Planned:
    """What is to become of one client; `client` is None where it is new."""

    asked: Metadata
    client: Client | None
    fund: Fund | None
    firm: Organization | None
    difference: Difference


def read(path: Path) -> list[Metadata]:
    """The clients of a YAML file. Raises `FileRefused`."""
    found = [Metadata(**one.model_dump()) for one in cast(Any, described.read(path, _File)).clients]
    described.once(one.client_id for one in found)
    return found


def plan(asked: Iterable[Metadata], *, development: bool) -> list[Planned]:
    """What applying would change. Raises `FileRefused` with every reason; nothing is written."""
    planned, reasons = [], []
    for one in asked:
        client = Client.by_client_id(one.client_id)
        fund, firm = Fund.by_code(one.fund) if one.fund else None, registration.firm_of(one)
        reasons += [f"{one.client_id}: {reason}" for reason in _problems(one, client, fund, development)]
        planned.append(Planned(one, client, fund, firm, _difference(one, client, fund, firm)))
    if reasons:
        raise FileRefused("\n".join(reasons))
    return planned


def needs_secret(planned: Planned) -> bool:
    """Whether applying makes a secret: the client is new, or had none, and authenticates with one."""
    has_one = planned.client is not None and planned.client.secret_digest is not None
    return metadata.has_secret(planned.asked.token_endpoint_auth_method) and not has_one


def apply(planned: Iterable[Planned], *, development: bool) -> dict[str, str]:
    """Do it, in the present unit of work; the new secrets in clear, by client, which are kept nowhere."""
    secrets = {}
    for one in planned:
        secret = _change(one) if one.client else _add(one, development)
        if secret:
            secrets[one.asked.client_id] = secret
    registered.forget()
    return secrets


def _problems(asked: Metadata, client: Client | None, fund: Fund | None, development: bool) -> list[str]:
    has_sector = client is not None and client.subject_type == "pairwise"
    options: dict[str, Any] = {"development": development, "apis": registration.apis(), "has_sector": has_sector}
    found = metadata.problems(asked, **options)
    if asked.fund and fund is None:
        found.append(f"fund: none has the code {asked.fund!r}")
    if asked.firm and registration.firm_of(asked) is None:
        found.append(f"firm: no proven firm has the SIRET {asked.firm!r}")
    if client is not None and client.disabled_at is not None:
        found.append("it is disabled, for good: take it out of the file")
    if client is not None and client.subject_type != asked.subject_type:
        found.append("subject_type: fixed at registration, since its people would become strangers to it")
    return found


def _difference(asked: Metadata, client: Client | None, fund: Fund | None, firm: Organization | None) -> Difference:
    ordinary = registration.columns(Metadata(name="", client_id=asked.client_id))
    found = described.changes(client, registration.columns(asked), ordinary)
    former = Fund.by_id(client.fund_id) if client and client.fund_id else None
    if (former and former.id) != (fund and fund.id):
        found["fund"] = described.Change(former and former.code, fund and fund.code)
    belonged = Organization.by_id(client.organization_id) if client and client.organization_id else None
    if (belonged and belonged.id) != (firm and firm.id):
        found["firm"] = described.Change(belonged and belonged.siret, firm and firm.siret)
    return Difference(asked.client_id, client is None, found)


def _add(planned: Planned, development: bool) -> str | None:
    done = registration.register(planned.asked, development=development)
    if isinstance(done, Refused):
        raise FileRefused("\n".join(f"{planned.asked.client_id}: {reason}" for reason in done.reasons))
    return done.secret


def _change(planned: Planned) -> str | None:
    client, secret = planned.client, opaque.make() if needs_secret(planned) else None
    if client is None or not planned.difference.changes:
        return None
    for name, value in registration.columns(planned.asked).items():
        setattr(client, name, value)
    client.fund_id = planned.fund.id if planned.fund else None
    client.organization_id = planned.firm.id if planned.firm else None
    client.updated_at = clock.now()
    if secret:
        client.secret_digest = opaque.digest(secret)
    elif not metadata.has_secret(planned.asked.token_endpoint_auth_method):
        client.secret_digest = client.former_secret_digest = client.former_secret_expires_at = None
    log.record(Event.CLIENT_CHANGED, client=client.id, details={"changed": list(planned.difference.changes)})
    return secret
