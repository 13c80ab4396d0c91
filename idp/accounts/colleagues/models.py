"""The people of an organization as their holders see them, and the invitations that wait."""

from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.accounts.models import Account, EmailAddress, Membership
from idp.db import Condition, Model, PrimaryKey, Transaction, db, delete_some
from idp.registry.models import Organization


class Colleague(NamedTuple):
    """One person of an organization, with what they may do there."""

    membership_id: UUID
    account_id: UUID
    given_names: str
    family_name: str
    email: str | None
    canonical: str | None
    locale: str | None
    holder: bool
    rights: list[str]
    started_at: datetime

    @property
    def name(self) -> str:
        """Given names and family name, as shown."""
        return f"{self.given_names} {self.family_name}"

    @classmethod
    def some(cls, organization_id: UUID, now: datetime, *, limit: int, offset: int = 0) -> list["Colleague"]:
        """Those of an organization, its holders first, by name."""
        by_name = (Membership.holder.desc(), sa.func.lower(Account.family_name), Account.given_names, Membership.id)
        found = _people(organization_id, now).order_by(*by_name)
        return _read(found.limit(limit).offset(offset))

    @classmethod
    def how_many(cls, organization_id: UUID, now: datetime) -> int:
        """How many they are."""
        return db.session.scalar(sa.select(sa.func.count()).select_from(_people(organization_id, now).subquery())) or 0

    @classmethod
    def find(
        cls, organization_id: UUID, now: datetime, *, membership_id: UUID | None = None, account_id: UUID | None = None
    ) -> "Colleague | None":
        """One of them, by the link or by the person."""
        meant = Membership.account_id == account_id if membership_id is None else Membership.id == membership_id
        return next(iter(_read(_people(organization_id, now).where(meant))), None)

    @classmethod
    def holders(cls, organization_id: UUID, now: datetime) -> list["Colleague"]:
        """Its holders who may sign in, their links locked until the end: of two who leave at once, the second waits."""
        found = _people(organization_id, now).where(Membership.holder, Account.is_live()).order_by(Membership.id)
        return _read(found.with_for_update(of=Membership))


class Ended(NamedTuple):
    """A link that ended."""

    membership_id: UUID
    account_id: UUID
    organization_id: UUID


def hold(organization_id: UUID) -> None:
    """Lock the links of whoever holds an organization or a site of it, until the end: of two who leave, one waits."""
    held = sa.select(Membership.id).where(Membership.holder, Membership.ended_at.is_(None), _here(organization_id))
    db.session.execute(held.order_by(Membership.id).with_for_update())


def end_links(colleague: Colleague, organization_id: UUID, now: datetime) -> list[Ended]:
    """End a person's link to an organization, and those to its sites: whoever leaves a member leaves its sites."""
    here = _here(organization_id)
    theirs = (Membership.account_id == colleague.account_id, Membership.ended_at.is_(None), here)
    ended = sa.update(Membership).where(*theirs).values(ended_at=now)
    columns = (Membership.id, Membership.account_id, Membership.organization_id)
    return [Ended(*row) for row in db.session.execute(ended.returning(*columns))]


def change_link(membership_id: UUID, *, holder: bool, rights: list[str]) -> None:
    """Let a live link give that."""
    live = sa.update(Membership).where(Membership.id == membership_id, Membership.ended_at.is_(None))
    db.session.execute(live.values(holder=holder, rights=rights))


class Invited(NamedTuple):
    """An invitation that may be accepted, with all its page says: plain values, which outlive their transaction."""

    id: UUID
    organization_id: UUID
    fund_id: UUID
    company: str
    siret: str
    typed: str
    canonical: str
    rights: list[str]
    expires_at: datetime
    inviter_id: UUID
    inviter_given_names: str
    inviter_family_name: str

    @property
    def inviter(self) -> str:
        """Who invited, as shown."""
        return f"{self.inviter_given_names} {self.inviter_family_name}"


class Invitation(Model):
    """A holder's word to one mailbox: whoever reads it may join with these rights, once, up to an instant."""

    __tablename__ = "invitation"

    id: Mapped[PrimaryKey]
    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    invited_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    typed: Mapped[str] = mapped_column(sa.String(320))
    canonical: Mapped[str] = mapped_column(sa.String(320), index=True)
    rights: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    withdrawn_at: Mapped[datetime | None]

    @classmethod
    def waiting(cls, organization_id: UUID, now: datetime) -> list["Invitation"]:
        """Those of an organization that may be accepted, the newest first."""
        waits = sa.select(cls).where(cls.organization_id == organization_id, *_waits(now))
        return list(db.session.scalars(waits.order_by(cls.id.desc())))

    @classmethod
    def purge(cls, before: datetime, most: int) -> int:
        """Delete what could be accepted until that instant at most, whether it was or not: it names a mailbox."""
        return delete_some(cls, most, cls.expires_at < before)

    @classmethod
    def withdraw(cls, organization_id: UUID, now: datetime, *conditions: Condition) -> list[UUID]:
        """Take back those that wait and meet the conditions; their ids."""
        waits = sa.update(cls).where(cls.organization_id == organization_id, *_waits(now), *conditions)
        return list(db.session.scalars(waits.values(withdrawn_at=now).returning(cls.id)))

    @classmethod
    def accept(cls, invitation_id: UUID, account_id: UUID, now: datetime) -> bool:
        """Note who joined by it, once; False when it waits no more."""
        once = sa.update(cls).where(cls.id == invitation_id, *_waits(now))
        done = db.session.execute(once.values(accepted_at=now, accepted_by_id=account_id))
        return cast(sa.CursorResult[Any], done).rowcount == 1

    @classmethod
    def invited(cls, invitation_id: UUID, now: datetime, own: Transaction | None = None) -> Invited | None:
        """That invitation, while it waits, its organization lives, and whoever wrote it is a holder there still."""
        columns: list[Any] = [cls.id, cls.organization_id, Organization.fund_id, Organization.name, Organization.siret]
        columns += [cls.typed, cls.canonical, cls.rights, cls.expires_at, cls.invited_by_id]
        columns += [Account.given_names, Account.family_name]
        found = sa.select(*columns).join(Organization, Organization.id == cls.organization_id)
        found = found.join(Account, Account.id == cls.invited_by_id)
        held = sa.and_(Membership.organization_id == cls.organization_id, Membership.account_id == cls.invited_by_id)
        found = found.join(Membership, held).where(Membership.holder, is_live(now), Account.is_live())
        found = found.where(cls.id == invitation_id, Organization.closed_at.is_(None), *_waits(now))
        row = (own or db.session).execute(found).first()
        return Invited(*row) if row else None


def _here(organization_id: UUID) -> Condition:
    places = sa.or_(Organization.id == organization_id, Organization.parent_id == organization_id)
    return Membership.organization_id.in_(sa.select(Organization.id).where(places))


def is_live(now: datetime) -> Condition:
    """The SQL condition of a link that lives."""
    return sa.and_(Membership.ended_at.is_(None), sa.or_(Membership.ends_at.is_(None), Membership.ends_at > now))


def _people(organization_id: UUID, now: datetime) -> sa.Select[Any]:
    columns: list[Any] = [Membership.id, Account.id, Account.given_names, Account.family_name]
    columns += [EmailAddress.typed, EmailAddress.canonical, Account.locale]
    columns += [Membership.holder, Membership.rights, Membership.started_at]
    found = sa.select(*columns).select_from(Membership).join(Account, Account.id == Membership.account_id)
    found = found.outerjoin(EmailAddress, EmailAddress.account_id == Account.id)
    return found.where(Membership.organization_id == organization_id, is_live(now), Account.closed_at.is_(None))


def _read(found: sa.Select[Any]) -> list[Colleague]:
    return [Colleague(*row) for row in db.session.execute(found)]


def _waits(now: datetime) -> tuple[Condition, ...]:
    return (Invitation.accepted_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.expires_at > now)
