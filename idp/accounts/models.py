"""Accounts with their address, numbers and memberships."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from idp.db import Model, PrimaryKey, db, table
from idp.registry.models import Organization

RIGHTS = tuple(
    f"{menu}:{deed}" for menu in ("legal", "employees", "absences", "documents", "contact") for deed in ("read", "act")
)


@dataclass(frozen=True)
class Credential:
    """What a typed password is checked against; `account_id` and `password_hash` are None where there is none."""

    account_id: UUID | None
    password_hash: str | None
    password_set_at: datetime | None = None


class Reachable(NamedTuple):
    """An account that may be used, and where its mails go: plain values, which outlive their transaction."""

    account_id: UUID
    given_names: str
    family_name: str
    fund_id: UUID | None
    locale: str | None
    typed: str
    canonical: str


class Account(Model):
    """A person: one account, however many organizations and funds. A holder's names are those of the register."""

    __tablename__ = "account"

    id: Mapped[PrimaryKey]
    fund_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("fund.id", ondelete="SET NULL"), index=True)
    civility: Mapped[str | None] = mapped_column(sa.String(16))
    given_names: Mapped[str] = mapped_column(sa.String(100))
    family_name: Mapped[str] = mapped_column(sa.String(100))
    locale: Mapped[str | None] = mapped_column(sa.String(16))
    password_hash: Mapped[str | None] = mapped_column(sa.String(255))
    password_set_at: Mapped[datetime | None]
    password_expired_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    activated_at: Mapped[datetime | None]
    last_seen_at: Mapped[datetime | None]
    suspended_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    email: Mapped["EmailAddress | None"] = relationship(
        back_populates="account", cascade="all, delete-orphan", uselist=False
    )
    phones: Mapped[list["PhoneNumber"]] = relationship(cascade="all, delete-orphan")

    @property
    def name(self) -> str:
        """Given names and family name, as shown."""
        return f"{self.given_names} {self.family_name}"

    def add(self) -> bool:
        """Write a new account; False, and nothing, when its address has one already, in a race too (LOG-11)."""
        try:
            with db.session.begin_nested():
                db.session.add(self)
        except sa.exc.IntegrityError:
            return False
        return True

    @classmethod
    def by_email(cls, canonical: str) -> "Account | None":
        """The account whose login is that canonical address."""
        found = sa.select(cls).join(EmailAddress).where(EmailAddress.canonical == canonical)
        return db.session.scalar(found)

    @classmethod
    def credential(cls, own: Session, canonical: str | None) -> Credential:
        """The credential of a login that may sign in; otherwise an empty one, for the same work."""
        live = sa.select(cls.id, cls.password_hash, cls.password_set_at).join(EmailAddress)
        row = own.execute(live.where(EmailAddress.canonical == canonical, cls.is_live())).first()
        return Credential(*row) if row else Credential(None, None)

    @classmethod
    def reachable(
        cls, *, canonical: str | None = None, account_id: UUID | None = None, own: Session | None = None
    ) -> Reachable | None:
        """The account that may be used with that login, or of that id."""
        columns = (cls.id, cls.given_names, cls.family_name, cls.fund_id, cls.locale)
        live = sa.select(*columns, EmailAddress.typed, EmailAddress.canonical).join(EmailAddress).where(cls.is_live())
        meant = EmailAddress.canonical == canonical if account_id is None else cls.id == account_id
        row = (own or db.session).execute(live.where(meant)).first()
        return Reachable(*row) if row else None

    @classmethod
    def hold(cls, who: Reachable) -> "Account | None":
        """Its row, locked until the end, provided it may still be used and has that address still."""
        address = sa.exists().where(EmailAddress.account_id == cls.id, EmailAddress.canonical == who.canonical)
        held = sa.select(cls).where(cls.id == who.account_id, cls.is_live(), address)
        return db.session.scalar(held.with_for_update(key_share=True))

    @classmethod
    def is_live(cls) -> sa.ColumnElement[bool]:
        """The SQL condition of an account that may be used."""
        return sa.and_(cls.activated_at.is_not(None), cls.suspended_at.is_(None), cls.closed_at.is_(None))

    @classmethod
    def still_holds(cls, credential: Credential) -> sa.ColumnElement[bool]:
        """The SQL condition that a verified credential was neither changed nor suspended meanwhile.

        The row is locked: whoever changes it next waits, and then finds the session that was opened. The same password
        hashed again meanwhile, by another sign-in, is no change.
        """
        unchanged = sa.and_(cls.id == credential.account_id, cls.password_set_at == credential.password_set_at)
        return sa.select(cls.id).where(unchanged, cls.is_live()).with_for_update(key_share=True).exists()

    @classmethod
    def rehash(cls, credential: Credential, password_hash: str) -> bool:
        """Keep the same password under today's parameters, unless it was changed meanwhile.

        False when the database would not: in a savepoint, since a sign-in never fails for it (PWD-4).
        """
        same = sa.and_(cls.id == credential.account_id, cls.password_hash == credential.password_hash)
        try:
            with db.session.begin_nested():
                db.session.execute(sa.update(cls).where(same).values(password_hash=password_hash))
        except sa.exc.DBAPIError:
            return False
        return True

    @classmethod
    def hashes(cls, after: UUID | None, most: int) -> list[tuple[UUID, str]]:
        """The password hashes of the next accounts after that one, in the order of their ids."""
        kept = sa.select(cls.id, cls.password_hash).where(cls.password_hash.is_not(None)).order_by(cls.id).limit(most)
        rows = db.session.execute(kept if after is None else kept.where(cls.id > after))
        return [(row[0], row[1] or "") for row in rows]

    @classmethod
    def reseal(cls, account_id: UUID, former: str, today: str) -> int:
        """Keep the same hash in another form, unless the password was changed meanwhile; how many rows that is."""
        same = sa.update(cls).where(cls.id == account_id, cls.password_hash == former).values(password_hash=today)
        return cast(sa.CursorResult[Any], db.session.execute(same)).rowcount


class EmailAddress(Model):
    """The address of an account, its login. `canonical` is unique: two spellings of one mailbox are one account."""

    __tablename__ = "email_address"

    id: Mapped[PrimaryKey]
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"), unique=True)
    typed: Mapped[str] = mapped_column(sa.String(320))
    canonical: Mapped[str] = mapped_column(sa.String(320), unique=True)
    certified_at: Mapped[datetime | None]
    certification_due_at: Mapped[datetime | None] = mapped_column(index=True)
    certification_reminders: Mapped[int] = mapped_column(default=0)
    undeliverable_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    account: Mapped[Account] = relationship(back_populates="email")

    @classmethod
    def live(cls, account_id: UUID) -> "EmailAddress | None":
        """The address of an account that may be used."""
        return db.session.scalar(sa.select(cls).join(Account).where(cls.account_id == account_id, Account.is_live()))


class PhoneNumber(Model):
    """A number of an account, in E.164: at most one mobile, which may be certified, and one fixed."""

    __tablename__ = "phone_number"
    __table_args__ = (
        sa.UniqueConstraint("account_id", "kind"),
        sa.CheckConstraint("kind in ('mobile', 'fixed')", name="kind"),
    )

    id: Mapped[PrimaryKey]
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(sa.String(8))
    number: Mapped[str] = mapped_column(sa.String(16), index=True)
    certified_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    @classmethod
    def preferred_of(cls, account_id: UUID) -> "PhoneNumber | None":
        """The number to be known by: the certified mobile, else the mobile, else the fixed one."""
        mobile_first = sa.select(cls).where(cls.account_id == account_id).order_by(cls.kind.desc())
        return db.session.scalar(mobile_first.limit(1))


class Link(NamedTuple):
    """A live membership, as far as choosing on whose behalf a person acts needs it."""

    membership_id: UUID
    organization_id: UUID


class Membership(Model):
    """An account in an organization. A holder has all rights; several holders may stand side by side."""

    __tablename__ = "membership"

    id: Mapped[PrimaryKey]
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    organization_id: Mapped[UUID] = mapped_column(sa.ForeignKey("organization.id", ondelete="CASCADE"), index=True)
    holder: Mapped[bool] = mapped_column(default=False)
    rights: Mapped[list[str]] = mapped_column(default=list)
    started_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    invited_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("account.id", ondelete="SET NULL"))
    last_used_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_membership_live", "account_id", "organization_id", unique=True,
            sqlite_where=sa.text("ended_at IS NULL"), postgresql_where=sa.text("ended_at IS NULL"),
        ),
    )  # fmt: skip

    @classmethod
    def of(cls, account_id: UUID, now: datetime) -> list["Membership"]:
        """The live memberships of an account in organizations that live, its own first."""
        live = sa.and_(cls.ended_at.is_(None), sa.or_(cls.ends_at.is_(None), cls.ends_at > now))
        open_ = (
            sa.select(cls)
            .join(Organization)
            .where(cls.account_id == account_id, live, Organization.closed_at.is_(None))
        )
        return list(db.session.scalars(open_.order_by(cls.holder.desc(), Organization.name, cls.id)))

    @classmethod
    def has_holder(cls, own: Session, organization_id: UUID) -> bool:
        """Whether someone holds that organization."""
        held = sa.and_(cls.organization_id == organization_id, cls.holder, cls.ended_at.is_(None))
        return own.scalar(sa.select(cls.id).where(held).limit(1)) is not None

    @classmethod
    def links_of(cls, account_id: UUID, now: datetime) -> list[Link]:
        """The same, its names alone: asked by each authorization that is for an organization."""
        return [Link(*row) for row in db.session.execute(_LINKS, {"account": account_id, "now": now})]


_LINK, _OF = table(Membership), table(Organization)
_LINKS = (
    sa.select(_LINK.c.id, _LINK.c.organization_id)
    .join(_OF, _OF.c.id == _LINK.c.organization_id)
    .where(_LINK.c.account_id == sa.bindparam("account"), _LINK.c.ended_at.is_(None), _OF.c.closed_at.is_(None))
    .where(sa.or_(_LINK.c.ends_at.is_(None), _LINK.c.ends_at > sa.bindparam("now")))
    .order_by(_LINK.c.holder.desc(), _OF.c.name, _LINK.c.id)
)


class TermsAcceptance(Model):
    """A version of the terms that a person accepted, and when."""

    __tablename__ = "terms_acceptance"
    __table_args__ = (sa.UniqueConstraint("account_id", "terms_id"),)

    id: Mapped[PrimaryKey]
    account_id: Mapped[UUID] = mapped_column(sa.ForeignKey("account.id", ondelete="CASCADE"))
    terms_id: Mapped[UUID] = mapped_column(sa.ForeignKey("fund_text.id", ondelete="RESTRICT"))
    accepted_at: Mapped[datetime]

    @classmethod
    def add(cls, account_id: UUID, terms_id: UUID, at: datetime) -> None:
        """Note what a person accepted."""
        db.session.add(cls(account_id=account_id, terms_id=terms_id, accepted_at=at))
