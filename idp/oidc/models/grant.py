"""One grant = one authorization = one refresh family."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp import clock
from idp.db import Model, PrimaryKey, UTCDateTime, db, delete_some, table
from idp.extensions import Known
from idp.oidc.models.client import Client
from idp.oidc.models.subject import Subject

_REFRESHED = sa.table("refresh_token", sa.column("grant_id", sa.Uuid()), sa.column("issued_at", UTCDateTime()))


class Told(NamedTuple):
    """A grant that ended, and its client as it is to be told of it over the back channel."""

    id: UUID
    sid: str
    client_id: UUID
    client_public_id: str
    backchannel_logout_uri: str
    alg: str
    sub: UUID | None


class Grant(Model):
    """What one person allowed one client, for one organization or none: its state decides, not the tokens."""

    __tablename__ = "grant"

    id: Mapped[PrimaryKey]
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[UUID] = mapped_column(sa.ForeignKey("client.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("session.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(
        sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    membership_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("membership.id", ondelete="SET NULL"), index=True)
    delegation_id: Mapped[UUID | None] = mapped_column(index=True)
    scopes: Mapped[list[str]]
    claims: Mapped[dict[str, Any]] = mapped_column(default=dict)
    resources: Mapped[list[str]] = mapped_column(default=list)
    authorization_details: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    auth_time: Mapped[datetime]
    acr: Mapped[str] = mapped_column(sa.String(255))
    amr: Mapped[list[str]]
    sid: Mapped[str] = mapped_column(sa.String(64))
    offline: Mapped[bool] = mapped_column(default=False)
    device: Mapped[str | None] = mapped_column(sa.String(200))
    confirmation: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    created_at: Mapped[datetime]
    redeemed_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)

    @classmethod
    def purge(cls, before: datetime, most: int) -> int:
        """Delete those that nobody has used since before that instant, with their tokens."""
        at = sa.func.coalesce(cls.ended_at, cls.used_at, cls.redeemed_at, cls.created_at)
        refreshed = sa.exists().where(_REFRESHED.c.grant_id == cls.id, _REFRESHED.c.issued_at >= before)
        return delete_some(cls, most, at < before, ~refreshed)

    @classmethod
    def redeem(cls, grant_id: UUID) -> bool:
        """Use the authorization, once: of two concurrent redemptions one gets False (RFC 6749 4.1.2)."""
        return db.session.connection().scalar(_REDEEM, {"grant_id": grant_id, "now": clock.now()}) is not None

    @classmethod
    def end(cls, grant_id: UUID) -> bool:
        """End one grant, and with it every token it gave; False when it had ended already."""
        live = sa.update(cls).where(cls.id == grant_id, cls.ended_at.is_(None))
        return db.session.scalar(live.values(ended_at=clock.now()).returning(cls.id)) is not None

    @classmethod
    def end_where(cls, *conditions: sa.ColumnElement[bool]) -> list[UUID]:
        """End all live grants that meet the conditions; their ids."""
        live = sa.update(cls).where(cls.ended_at.is_(None), *conditions)
        return list(db.session.scalars(live.values(ended_at=clock.now()).returning(cls.id)))

    @classmethod
    def touch(cls, grant_id: UUID, now: datetime) -> None:
        """Write the use of an offline grant down."""
        db.session.execute(sa.update(cls).where(cls.id == grant_id).values(used_at=now))

    @classmethod
    def stands_on(cls, sid: str, account_id: UUID, session_id: UUID) -> bool:
        """Whether the grant of that `sid` is of this account, and of this session or offline; ended or not."""
        named = sa.select(cls.id).where(cls.account_id == account_id, cls.sid == sid)
        return db.session.scalar(named.where(sa.or_(cls.session_id == session_id, cls.offline))) is not None

    @classmethod
    def to_tell(cls, grant_ids: Iterable[UUID]) -> list[Told]:
        """Of these grants, those that have ended and whose live client knows them, and asked to be told."""
        found = (
            sa.select(
                cls.id,
                cls.sid,
                Client.id,
                Client.client_id,
                Client.backchannel_logout_uri,
                Client.id_token_signed_response_alg,
                Subject.sub,
            )
            .join(Client, Client.id == cls.client_id)
            .outerjoin(Subject, sa.and_(Subject.account_id == cls.account_id, Subject.sector == Client.sector))
            .where(cls.id.in_(list(grant_ids)), cls.ended_at.is_not(None), cls.redeemed_at.is_not(None))
            .where(Client.backchannel_logout_uri.is_not(None), Client.disabled_at.is_(None))
        )
        return [Told._make(row) for row in db.session.execute(found.order_by(cls.id))]

    @classmethod
    def scopes_of(cls, client_id: UUID) -> set[str]:
        """Every scope that a grant of that client holds, ended or not."""
        distinct = sa.select(sa.cast(cls.scopes, sa.Text)).where(cls.client_id == client_id).distinct()
        return {scope for text in db.session.scalars(distinct) for scope in json.loads(text)}

    @classmethod
    def to_frame(cls, session_id: UUID, most: int) -> list[tuple[str, str]]:
        """Front-channel address and `sid` of the session's live grants that their clients know, the newest first."""
        found = sa.select(Client.frontchannel_logout_uri, cls.sid).join(Client, Client.id == cls.client_id)
        live = (cls.session_id == session_id, cls.ended_at.is_(None), cls.redeemed_at.is_not(None))
        told = (Client.frontchannel_logout_uri.is_not(None), Client.disabled_at.is_(None))
        rows = db.session.execute(found.where(*live, *told).order_by(cls.id.desc()).limit(most))
        return [(str(uri), sid) for uri, sid in rows]

    @classmethod
    def client_of(cls, grant_id: UUID) -> UUID | None:
        """The client a grant was given to, ended or not."""
        return db.session.scalar(sa.select(cls.client_id).where(cls.id == grant_id))

    @classmethod
    def acts(cls, organization_id: UUID) -> dict[UUID, datetime]:
        """When each membership and each delegation of an organization was last used (`House.acts`)."""
        way, last = sa.func.coalesce(cls.membership_id, cls.delegation_id), sa.func.max(cls.used_at)
        used = sa.select(sa.type_coerce(way, sa.Uuid()), sa.type_coerce(last, UTCDateTime()))
        ways = used.where(*cls._reached(organization_id), way.is_not(None)).group_by(way)
        return {row[0]: row[1] for row in db.session.execute(ways)}

    @classmethod
    def known(cls, organization_id: UUID) -> list[Known]:
        """The applications that a person used for an organization, the last used first (`House.known`)."""
        people, last = sa.func.count(cls.account_id.distinct()), sa.func.max(cls.used_at)
        used = sa.select(Client.name, Client.first_party, people, sa.type_coerce(last, UTCDateTime()))
        used = used.join(Client, Client.id == cls.client_id).where(*cls._reached(organization_id))
        rows = db.session.execute(used.group_by(Client.id, Client.name, Client.first_party).order_by(last.desc()))
        return [Known._make(row) for row in rows]

    @classmethod
    def _reached(cls, organization_id: UUID) -> tuple[sa.ColumnElement[bool], ...]:
        return (cls.organization_id == organization_id, cls.used_at.is_not(None))


_TABLE = table(Grant)
_NOW = sa.bindparam("now", type_=UTCDateTime())
_UNUSED = (_TABLE.c.id == sa.bindparam("grant_id"), _TABLE.c.redeemed_at.is_(None), _TABLE.c.ended_at.is_(None))
_REDEEM = sa.update(_TABLE).where(*_UNUSED).values(redeemed_at=_NOW, used_at=_NOW).returning(_TABLE.c.id)
