"""What access tokens are for: a registered API, and the same as requests see it."""

import math
import time
from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey, db
from idp.settings import settings


class Resource(Model):
    """An API. Its identifier is the audience of its tokens, and what clients ask for (RFC 8707 2)."""

    __tablename__ = "resource"

    id: Mapped[PrimaryKey]
    identifier: Mapped[str] = mapped_column(sa.String(500), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    scopes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    access_token_signing_alg: Mapped[str] = mapped_column(sa.String(16), default="ES256")
    introspection_clients: Mapped[list[str]] = mapped_column(default=list)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    @classmethod
    def by_identifier(cls, identifier: str) -> "Resource | None":
        """The resource of that identifier, disabled or not."""
        return db.session.scalar(sa.select(cls).where(cls.identifier == identifier))

    @classmethod
    def all(cls) -> list["Resource"]:
        """Every resource, by its identifier."""
        return list(db.session.scalars(sa.select(cls).order_by(cls.identifier)))


class KnownResource(NamedTuple):
    """What a request needs to know of an API: `scopes` with the words people read, and who may introspect."""

    identifier: str
    scopes: Mapping[str, str]
    access_token_signing_alg: str
    introspection_clients: frozenset[str]


_Known = Mapping[str, KnownResource]
_cache: tuple[float, _Known] = (-math.inf, MappingProxyType({}))


def known() -> _Known:
    """The live resources by their identifier: they are few. At most a second old, as clients are."""
    global _cache
    present = time.monotonic()
    if present - _cache[0] >= settings.client_cached_for.total_seconds():
        _cache = (present, {row.identifier: _snapshot(row) for row in Resource.all() if row.disabled_at is None})
    return _cache[1]


def forget() -> None:
    """Drop the cache: a resource just changed in this process."""
    global _cache
    _cache = (-math.inf, MappingProxyType({}))


def _snapshot(row: Resource) -> KnownResource:
    return KnownResource(
        row.identifier, dict(row.scopes), row.access_token_signing_alg, frozenset(row.introspection_clients)
    )
