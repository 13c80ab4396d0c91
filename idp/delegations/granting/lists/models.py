"""What each side may see of delegations, as statements: a page of it, how many, or one."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from idp.accounts.colleagues.models import is_live
from idp.accounts.models import Membership
from idp.db import Condition, db
from idp.delegations.granting.lists.kinds import Kind, soon
from idp.delegations.granting.models import Client, is_proven, is_shown_to_member
from idp.delegations.models import Delegation
from idp.registry.models import Organization


@dataclass(frozen=True)
class Wish:
    """What is looked for: a text, those that stand in one way, or both; all of them otherwise."""

    search: str = ""
    kind: Kind | None = None

    def __bool__(self) -> bool:
        return bool(self.search or self.kind)


ALL = Wish()


def some_of_organization(
    organization_id: UUID, now: datetime, wish: Wish, *, limit: int, offset: int
) -> list[Delegation]:
    """What that organization gave, was asked or has begun to write: what lives first, the newest first."""
    lives = sa.and_(Delegation.ended_at.is_(None), Delegation.ends_at > now)
    found = _of_organization(organization_id, now, wish).order_by(lives.desc(), Delegation.id.desc())
    return list(db.session.scalars(found.limit(limit).offset(offset)))


def count_of_organization(organization_id: UUID, now: datetime, wish: Wish) -> int:
    """How many they are."""
    return _count(_of_organization(organization_id, now, wish))


def some_of_person(account_id: UUID, now: datetime, wish: Wish, *, limit: int, offset: int) -> list[Client]:
    """What the firms a person holds were given, asked or are offered, and what they hold alone; what waits first."""
    one, found = _of_person(account_id, now, wish)
    waits = sa.and_(one.accepted_at.is_(None), one.origin != "request")
    page = found.order_by(waits.desc(), sa.func.lower(Organization.name), one.id).limit(limit).offset(offset)
    return [Client(*row) for row in db.session.execute(page)]


def count_of_person(account_id: UUID, now: datetime, wish: Wish) -> int:
    """How many they are."""
    return _count(_of_person(account_id, now, wish)[1])


def of_person(account_id: UUID, delegation_id: UUID, now: datetime) -> Client | None:
    """That one, if it is a firm's that this person holds, or theirs alone."""
    one, found = _of_person(account_id, now, ALL)
    row = db.session.execute(found.where(one.id == delegation_id)).first()
    return Client(*row) if row else None


def _of_person(account_id: UUID, now: datetime, wish: Wish) -> tuple[Any, sa.Select[Any]]:
    """Only what lives, or waits for the firm's answer: what is over is the company's business.

    What the firm asked for is not there before it is given: no list tells that there is such a company (DLG-4).
    """
    one: Any = _theirs(account_id, now)
    asked = sa.and_(one.offered_at.is_not(None), one.lapses_at > now, one.origin != "request")
    lives = (one.ended_at.is_(None), one.ends_at > now, sa.or_(one.accepted_at.is_not(None), asked))
    both: list[Any] = [one, Organization]
    found = sa.select(*both).join(Organization, Organization.id == one.organization_id)
    names = (Organization.name, Organization.number, Organization.siret)
    return one, found.where(Organization.closed_at.is_(None), *lives, *_met(wish, one, now, names))


def _theirs(account_id: UUID, now: datetime) -> Any:
    """Two statements, not one with `or`: PostgreSQL would read every delegation there is."""
    held = sa.select(Membership.organization_id).where(Membership.account_id == account_id, Membership.holder)
    proven = (Organization.kind == "firm", Organization.closed_at.is_(None), is_proven())
    firms = sa.select(Organization.id).where(*proven, Organization.id.in_(held.where(is_live(now))))
    by_person = sa.select(Delegation).where(Delegation.held_by_id == account_id)
    others = sa.or_(Delegation.held_by_id.is_(None), Delegation.held_by_id != account_id)
    by_firm = sa.select(Delegation).where(Delegation.firm_id.in_(firms), others)
    return sa.orm.aliased(Delegation, sa.union_all(by_person, by_firm).subquery())


def _of_organization(organization_id: UUID, now: datetime, wish: Wish) -> sa.Select[Any]:
    found = sa.select(Delegation).where(Delegation.organization_id == organization_id, is_shown_to_member())
    return found.where(*_met(wish, Delegation, now, (Delegation.firm_name, Delegation.firm_siret)))


def _met(wish: Wish, one: Any, now: datetime, names: tuple[Any, ...]) -> list[Condition]:
    searched = [_meets(wish.search, *names)] if wish.search else []
    return searched + ([_stands(one, now)[wish.kind]] if wish.kind else [])


def _stands(one: Any, now: datetime) -> Mapping[Kind, Condition]:
    """The same as `states.state`, for the database."""
    begun = sa.and_(one.accepted_at.is_not(None), one.ended_at.is_(None), one.ends_at > now)
    draft, in_time = one.offered_at.is_(None), sa.and_(one.lapses_at > now, one.ends_at > now)
    waits = sa.and_(one.accepted_at.is_(None), one.ended_at.is_(None), sa.or_(draft, in_time))
    return {
        Kind.WAITING: waits,
        Kind.STANDING: sa.and_(begun, one.suspended_at.is_(None)),
        Kind.ENDING: sa.and_(begun, one.ends_at <= now + soon()),
        Kind.SUSPENDED: sa.and_(begun, one.suspended_at.is_not(None)),
        Kind.OVER: sa.not_(sa.or_(begun, sa.func.coalesce(waits, sa.false()))),
    }


def _meets(search: str, *columns: Any) -> Condition:
    plain = re.sub(r"([\\%_])", r"\\\1", search.casefold())
    digits = "".join(char for char in plain if char.isdigit())
    *words, siret = columns
    named = [sa.func.lower(column).like(f"%{plain}%", escape="\\") for column in words]
    return sa.or_(*named, siret.like(f"{digits}%")) if len(digits) >= 3 else sa.or_(*named)


def _count(found: sa.Select[Any]) -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(found.subquery())) or 0
