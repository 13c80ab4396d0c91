"""The public keys that a client publishes, as they were read last."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model, PrimaryKey, db
from idp.oidc.models.client import Client


class Due(NamedTuple):
    """A client whose keys are to be read: for the first time where nothing says when they were due."""

    id: UUID
    client_id: str
    uri: str
    due_at: datetime | None
    failures: int


class ClientKeys(Model):
    """One client's JWK Set, and the address it is from: of another address it is worth nothing."""

    __tablename__ = "client_keys"

    id: Mapped[PrimaryKey]
    client_id: Mapped[UUID] = mapped_column(sa.ForeignKey("client.id", ondelete="CASCADE"), unique=True)
    uri: Mapped[str] = mapped_column(sa.String(2000))
    jwks: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    read_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(sa.String(200))

    @classmethod
    def of(cls, client: Client, since: datetime) -> dict[str, Any] | None:
        """The keys that were read at the client's own address, after that instant."""
        found = sa.select(cls.jwks).where(cls.client_id == client.id, cls.uri == client.jwks_uri, cls.read_at > since)
        return db.session.scalar(found)

    @classmethod
    def want(cls, client_id: UUID, now: datetime, again: timedelta) -> None:
        """Let them be due now, unless they were read a moment ago or their address is in trouble."""
        wanted = sa.update(cls).where(cls.client_id == client_id, cls.read_at < now - again, cls.due_at > now)
        db.session.execute(wanted.where(cls.failures == 0).values(due_at=now))

    @classmethod
    def due(cls, now: datetime) -> list[Due]:
        """The live clients whose keys are to be read now, the longest due first."""
        found = (
            sa.select(Client.id, Client.client_id, Client.jwks_uri, cls.due_at, sa.func.coalesce(cls.failures, 0))
            .outerjoin(cls, cls.client_id == Client.id)
            .where(Client.jwks_uri.is_not(None), Client.disabled_at.is_(None))
            .where(sa.or_(cls.id.is_(None), cls.due_at <= now, cls.uri != Client.jwks_uri))
        )
        return [Due._make(row) for row in db.session.execute(found.order_by(cls.due_at))]

    @classmethod
    def lease(cls, client: Due, until: datetime) -> bool:
        """Take the reading of a client's keys; of many couriers at once, one gets True."""
        if client.due_at is None:
            insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
            values = {"client_id": client.id, "uri": client.uri, "due_at": until, "failures": 0}
            first = insert(cls).values(**values).on_conflict_do_nothing().returning(cls.id)
            return db.session.scalar(first) is not None
        taken = sa.update(cls).where(cls.client_id == client.id, cls.due_at == client.due_at)
        return db.session.scalar(taken.values(due_at=until).returning(cls.id)) is not None

    @classmethod
    def keep(cls, client: Due, jwks: dict[str, Any], now: datetime) -> None:
        """What was read."""
        read = {"jwks": jwks, "uri": client.uri, "read_at": now, "failures": 0, "last_error": None}
        db.session.execute(sa.update(cls).where(cls.client_id == client.id).values(**read))

    @classmethod
    def failed(cls, client: Due, due_at: datetime, error: str) -> None:
        """They could not be read: the former ones stay, for a while."""
        values = {"due_at": due_at, "failures": cls.failures + 1, "last_error": error[:200]}
        db.session.execute(sa.update(cls).where(cls.client_id == client.id).values(**values))
