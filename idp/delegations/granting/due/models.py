"""Which delegations end soon, wait for a new holder's word, or are news for their firm: a batch, locked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from idp.accounts.models import Account, Membership
from idp.db import Condition, db
from idp.delegations.models import Delegation
from idp.registry.models import Organization

Pair = tuple[Delegation, Organization]


def ending(steps: Sequence[tuple[datetime, int]], now: datetime, most: int) -> list[Pair]:
    """Those in force that end before one of these instants, and were reminded fewer times than it says."""
    passed = [sa.and_(Delegation.ends_at <= until, Delegation.reminders < times) for until, times in steps]
    return _some(now, most, sa.or_(sa.false(), *passed), Delegation.suspended_at.is_(None))


def without_their_holder(now: datetime, most: int) -> list[Pair]:
    """Those given by who holds the company no more, and that nobody was asked about; where somebody holds it."""
    given = sa.and_(Delegation.granted_by_id.is_not(None), Delegation.confirm_by_at.is_(None))
    theirs = _holds(now).where(Membership.account_id == Delegation.granted_by_id).exists()
    return _some(now, most, given, ~theirs, _holds(now).exists(), Delegation.suspended_at.is_(None))


def to_confirm_before(until: datetime, now: datetime, most: int) -> list[Pair]:
    """Those to be confirmed before an instant, of whose holders nobody was reminded."""
    asked = sa.and_(Delegation.confirm_by_at > now, Delegation.confirm_by_at <= until)
    return _some(now, most, asked, Delegation.confirm_reminders == 0, Delegation.suspended_at.is_(None))


def not_confirmed(now: datetime, most: int) -> list[Pair]:
    """Those that nobody confirmed in time; an access of the former area ends by its last day."""
    return _some(now, most, Delegation.confirm_by_at <= now, Delegation.suspended_at.is_(None))


def is_over(now: datetime) -> bool:
    """Whether the last day of some has passed, and nobody ended it."""
    return db.session.scalar(sa.select(Delegation.id).where(*_over(now)).limit(1)) is not None


def over(now: datetime, most: int) -> list[Pair]:
    """Those, the longest over first; what somebody else deals with is left to them."""
    # In the order of the index alone, and without a join: at the end of a year all of them end in one instant.
    first = sa.select(Delegation).where(*_over(now)).order_by(Delegation.ends_at).limit(most)
    found = list(db.session.scalars(first.with_for_update(skip_locked=True)))
    companies = sa.select(Organization).where(Organization.id.in_({one.organization_id for one in found}))
    by_id = {company.id: company for company in db.session.scalars(companies)}
    return [(one, by_id[one.organization_id]) for one in found]


def firms_with_news(most: int) -> list[Organization]:
    """Open firms of whose delegations something is to be told."""
    told = sa.select(Delegation.firm_id).where(Delegation.firm_news.is_not(None)).distinct()
    found = sa.select(Organization).where(Organization.id.in_(told), Organization.closed_at.is_(None))
    return list(db.session.scalars(found.order_by(Organization.id).limit(most)))


def take_news(firm_id: UUID) -> list[str]:
    """What is new for a firm, one word a delegation; it is new no more."""
    told = sa.select(Delegation.id, Delegation.firm_news).where(Delegation.firm_id == firm_id)
    rows = db.session.execute(told.where(Delegation.firm_news.is_not(None)).order_by(Delegation.id).with_for_update())
    news = {row.id: str(row.firm_news) for row in rows}
    db.session.execute(sa.update(Delegation).where(Delegation.id.in_(news)).values(firm_news=None))
    return list(news.values())


def _over(now: datetime) -> tuple[Condition, ...]:
    return (Delegation.accepted_at.is_not(None), Delegation.ended_at.is_(None), Delegation.ends_at <= now)


def _holds(now: datetime) -> sa.Select[Any]:
    """A holder of the delegation's company who may sign in."""
    live = sa.and_(Membership.ended_at.is_(None), sa.or_(Membership.ends_at.is_(None), Membership.ends_at > now))
    person = sa.join(Membership, Account, Account.id == Membership.account_id)
    holders = sa.select(Membership.id).select_from(person).where(Membership.holder, live, Account.is_live())
    return holders.where(Membership.organization_id == Delegation.organization_id)


def _some(now: datetime, most: int, *conditions: Condition) -> list[Pair]:
    both: list[Any] = [Delegation, Organization]
    force = (Delegation.accepted_at.is_not(None), Delegation.ended_at.is_(None), Delegation.ends_at > now)
    found = sa.select(*both).join(Organization, Organization.id == Delegation.organization_id)
    found = found.where(*force, Organization.closed_at.is_(None), *conditions).order_by(Delegation.id).limit(most)
    return [(row[0], row[1]) for row in db.session.execute(found.with_for_update(of=Delegation))]
