"""What a person allowed an application."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.accounts.models import Account
from idp.db import Model, PrimaryKey, db
from idp.oidc.models.client import Client
from idp.oidc.models.grant import Grant
from idp.registry.models import Organization


class Use(NamedTuple):
    """A grant that reached its application, ended or not, as far as its person is told of it."""

    client_id: UUID
    organization_id: UUID | None
    scopes: list[str]
    device: str | None
    offline: bool
    created_at: datetime
    used_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, account_id: UUID) -> list["Use"]:
        """Those of a person, the oldest first."""
        columns = [getattr(Grant, name) for name in cls._fields]
        redeemed = sa.select(*columns).where(Grant.account_id == account_id, Grant.redeemed_at.is_not(None))
        return [cls._make(row) for row in db.session.execute(redeemed.order_by(Grant.created_at, Grant.id))]


class Consent(Model):
    """One person's word to one client, for one organization or none: due again for another, or for more."""

    __tablename__ = "consent"

    id: Mapped[PrimaryKey]
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    client_id: Mapped[UUID] = mapped_column(sa.ForeignKey("client.id", ondelete="CASCADE"), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"))
    scopes: Mapped[list[str]]
    rights: Mapped[list[str]] = mapped_column(default=list)
    granted_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (sa.Index("ix_consent_account_id_client_id", "account_id", "client_id"),)

    @classmethod
    def _live(cls, account_id: UUID, client_id: UUID, organization_id: UUID | None) -> sa.Select["Consent"]:
        of_them = (cls.account_id == account_id, cls.client_id == client_id, cls.withdrawn_at.is_(None))
        return sa.select(cls).where(*of_them, cls.organization_id == organization_id)

    @classmethod
    def covers(
        cls,
        account_id: UUID,
        client_id: UUID,
        organization_id: UUID | None,
        *,
        scopes: Iterable[str],
        rights: Iterable[str] = (),
    ) -> bool:
        """Whether a consent in force says as much already, scopes and rights in that organization.

        Its row is held: who withdraws it at this very moment waits, and then finds the grant that stands on it.
        """
        found = db.session.scalars(cls._live(account_id, client_id, organization_id).with_for_update(read=True))
        wanted, reached = set(scopes), set(rights)
        return any(wanted <= set(one.scopes) and reached <= set(one.rights) for one in found)

    @classmethod
    def grant(
        cls,
        account_id: UUID,
        client_id: UUID,
        organization_id: UUID | None,
        *,
        scopes: Iterable[str],
        rights: Iterable[str] = (),
        now: datetime,
    ) -> None:
        """Put the new word in the place of the former ones, which it includes."""
        allowed, reached = list(scopes), list(rights)
        for former in db.session.scalars(cls._live(account_id, client_id, organization_id)):
            allowed += [scope for scope in former.scopes if scope not in allowed]
            reached += [right for right in former.rights if right not in reached]
            former.withdrawn_at = now
        ids = {"account_id": account_id, "client_id": client_id, "organization_id": organization_id}
        db.session.add(cls(**ids, scopes=allowed, rights=reached, granted_at=now))

    @classmethod
    def in_force(cls, *, account_id: UUID | None = None, client_id: UUID | None = None) -> list["Consent"]:
        """The consents that stand, of a person, to a client, or both, the oldest first."""
        found = sa.select(cls).where(cls.withdrawn_at.is_(None)).order_by(cls.granted_at, cls.id)
        if account_id is not None:
            found = found.where(cls.account_id == account_id)
        return list(db.session.scalars(found if client_id is None else found.where(cls.client_id == client_id)))

    @classmethod
    def withdraw(cls, account_id: UUID, client_id: UUID, organization_id: UUID | None, now: datetime) -> list[UUID]:
        """Take a person's word back; the ids of what was in force."""
        of_them = (cls.account_id == account_id, cls.client_id == client_id, cls.withdrawn_at.is_(None))
        taken = sa.update(cls).where(*of_them, cls.organization_id == organization_id).values(withdrawn_at=now)
        return list(db.session.scalars(taken.returning(cls.id)))

    @classmethod
    def was_given(cls, account_id: UUID, client_id: UUID) -> bool:
        """Whether that person ever allowed that client anything."""
        given = sa.select(cls.id).where(cls.account_id == account_id, cls.client_id == client_id)
        granted = sa.select(Grant.id).where(Grant.account_id == account_id, Grant.client_id == client_id)
        return db.session.scalar(sa.select(sa.or_(given.exists(), granted.exists()))) is True


def clients(client_ids: Iterable[UUID]) -> dict[UUID, Client]:
    """Clients by their ids, those that are disabled left out."""
    live = sa.select(Client).where(Client.id.in_(list(client_ids)), Client.disabled_at.is_(None))
    return {row.id: row for row in db.session.scalars(live)}


def organizations(organization_ids: Iterable[UUID | None]) -> dict[UUID, Organization]:
    """Organizations by their ids."""
    wanted = [one for one in organization_ids if one is not None]
    return {row.id: row for row in db.session.scalars(sa.select(Organization).where(Organization.id.in_(wanted)))}


def name_of(account_id: UUID) -> str | None:
    """A person's name as it is shown, while the account stands."""
    found = sa.select(Account.given_names + " " + Account.family_name)
    return db.session.scalar(found.where(Account.id == account_id, Account.closed_at.is_(None)))
