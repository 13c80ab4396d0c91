"""The APIs that access tokens are for, as a file describes them: checked whole, then applied."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.db import db
from idp.oidc.clients import described, metadata, uris
from idp.oidc.clients.described import Difference, FileRefused
from idp.oidc.models import resource
from idp.oidc.models.client import Client
from idp.oidc.models.resource import Resource
from idp.settings import settings

OURS_AT_AN_API = "organization"
"""The one scope of ours that means something at an API: its tokens then say for whom the person acts."""

Scope = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.:-]{0,63}$")]
Words = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class Description(BaseModel):
    """One API of a file. `scopes` are said in words that people read where they are asked for their consent."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    identifier: str = Field(max_length=500)
    name: str = Field(min_length=1, max_length=200)
    scopes: dict[Scope, Words] = {}
    access_token_signing_alg: Literal["ES256", "RS256"] = "ES256"
    introspection_clients: list[str] = []


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    resources: list[Description] = Field(min_length=1)


@dataclass(frozen=True)
class Planned:
    """What is to become of one API; `row` is None where it is new."""

    asked: Description
    row: Resource | None
    difference: Difference


def read(path: Path) -> list[Description]:
    """The APIs of a YAML file. Raises `FileRefused`."""
    found = described.read(path, _File).resources
    described.once(one.identifier for one in found)
    return found


def plan(asked: Iterable[Description], *, development: bool) -> list[Planned]:
    """What applying would change. Raises `FileRefused` with every reason; nothing is written."""
    wanted = list(asked)
    planned, reasons = [], _shared_scopes(wanted)
    for one in wanted:
        row = Resource.by_identifier(one.identifier)
        reasons += [f"{one.identifier!a}: {reason}" for reason in _problems(one, row, development)]
        ordinary = _columns(Description(identifier=one.identifier, name="-"))
        found = described.changes(row, _columns(one), ordinary)
        planned.append(Planned(one, row, Difference(one.identifier, row is None, found)))
    if reasons:
        raise FileRefused("\n".join(reasons))
    return planned


def apply(planned: Iterable[Planned]) -> None:
    """Do it, in the present unit of work; an API that is not described is left alone."""
    for one in planned:
        if one.difference.outcome != "unchanged":
            _write(one)
    resource.forget()


def disable(row: Resource) -> None:
    """Give no more tokens for it, and call those that live inactive: for good. Done again, it changes nothing."""
    if row.disabled_at is None:
        row.disabled_at = row.updated_at = clock.now()
        log.record(Event.RESOURCE_DISABLED, details={"resource": row.identifier})
        resource.forget()


def _write(planned: Planned) -> None:
    now, row = clock.now(), planned.row
    if row is None:
        db.session.add(Resource(**_columns(planned.asked), created_at=now, updated_at=now))
        db.session.flush()
    else:
        for name, value in _columns(planned.asked).items():
            setattr(row, name, value)
        row.updated_at = now
    event = Event.RESOURCE_ADDED if row is None else Event.RESOURCE_CHANGED
    log.record(event, details={"resource": planned.asked.identifier, "changed": list(planned.difference.changes)})


def _columns(asked: Description) -> dict[str, Any]:
    return asked.model_dump()


def _problems(asked: Description, row: Resource | None, development: bool) -> list[str]:
    found = []
    bare = re.fullmatch(r"https?://[^/?#]+", asked.identifier)
    reason = uris.problem(f"{asked.identifier}/" if bare else asked.identifier, development=development)
    if reason:
        found.append(f"identifier: {reason}")
    if asked.identifier == settings.issuer:
        found.append("identifier: it is our own: tokens for it are given without being registered")
    if row is not None and row.disabled_at is not None:
        found.append("it is disabled, for good: take it out of the file")
    taken = sorted((set(metadata.SCOPES) - {OURS_AT_AN_API}) & set(asked.scopes))
    found += [f"scopes: {scope} is ours, and means nothing at an API" for scope in taken]
    return found + _asker_problems(asked.introspection_clients)


def _shared_scopes(asked: list[Description]) -> list[str]:
    """A scope is of one API: the consent to it names that one, and is not consent to another."""
    standing = {row.identifier: set(row.scopes) for row in Resource.all() if row.disabled_at is None}
    everything = standing | {one.identifier: set(one.scopes) for one in asked}
    return [
        f"{one.identifier!a}: scopes: {scope} is of {other!a} already"
        for one in asked
        for scope in one.scopes
        for other, scopes in everything.items()
        if scope != OURS_AT_AN_API and other != one.identifier and scope in scopes
    ]


def _asker_problems(client_ids: list[str]) -> list[str]:
    found = []
    for client_id in client_ids:
        client = Client.by_client_id(client_id)
        if client is None:
            found.append(f"introspection_clients: no client is named {client_id!a}: register it first")
        elif client.token_endpoint_auth_method == "none":
            found.append(f"introspection_clients: {client_id!a} is public, and cannot prove who it is")
    return found
