"""Delegations as both sides see them, and the conditional updates by which one of many at once wins."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import sqlalchemy as sa

from idp.accounts.models import Account, Membership
from idp.db import Condition, Transaction, db
from idp.delegations.models import Delegation, StaffAssignment
from idp.registry.models import EnrolmentCode, Fund, Organization


def by_id(delegation_id: UUID, own: Transaction | None = None) -> Delegation | None:
    """That one, whoever it is of."""
    return (own or db.session).get(Delegation, delegation_id)


def some(
    most: int, *, fund: str | None = None, organization_id: UUID | None = None, firm_siret: str | None = None
) -> list[Delegation]:
    """Those of a fund, of a company, or to a firm, the newest first."""
    found = sa.select(Delegation).join(Organization, Organization.id == Delegation.organization_id)
    if fund is not None:
        found = found.join(Fund, Fund.id == Organization.fund_id).where(Fund.code == fund)
    if organization_id is not None:
        found = found.where(Delegation.organization_id == organization_id)
    if firm_siret is not None:
        found = found.where(Delegation.firm_siret == firm_siret)
    return list(db.session.scalars(found.order_by(Delegation.id.desc()).limit(most)))


def of_organization(organization_id: UUID, delegation_id: UUID) -> Delegation | None:
    """That one, if that organization gave it, or is asked for it."""
    mine = sa.and_(Delegation.id == delegation_id, Delegation.organization_id == organization_id)
    return db.session.scalar(sa.select(Delegation).where(mine, is_shown_to_member()))


def accept(one: Delegation, account_id: UUID, now: datetime, **changes: Any) -> bool:
    """Note who accepted, once; False when it waits no more: of two at once, one does."""
    waits = (Delegation.offered_at.is_not(None), Delegation.accepted_at.is_(None), Delegation.ended_at.is_(None))
    in_time = (Delegation.lapses_at > now, Delegation.ends_at > now)
    alone = (Delegation.firm_id.is_(None),) if "held_by_id" in changes else ()  # else it is its firm's to accept
    said = {"accepted_at": now, "accepted_by_id": account_id, "starts_at": now, **changes}
    return _change(one, said, *waits, *in_time, *alone)


def offer(one: Delegation, now: datetime, **changes: Any) -> bool:
    """Let a draft be offered, once."""
    draft = (Delegation.offered_at.is_(None), Delegation.accepted_at.is_(None), Delegation.ended_at.is_(None))
    return _change(one, {"offered_at": now, **changes}, *draft)


def end(one: Delegation, why: str, now: datetime) -> bool:
    """End it, once, whether it was accepted or not."""
    return _change(one, {"ended_at": now, "ended_why": why}, Delegation.ended_at.is_(None))


def end_unanswered(one: Delegation, why: str, now: datetime) -> bool:
    """End it, provided nobody accepted it a moment ago."""
    unanswered = (Delegation.ended_at.is_(None), Delegation.accepted_at.is_(None))
    return _change(one, {"ended_at": now, "ended_why": why}, *unanswered)


def suspend(one: Delegation, by: str, now: datetime, over: Iterable[str] = ()) -> bool:
    """Stop it for a while, also where one of those `over` whom this one stands stopped it before."""
    goes_on = sa.or_(Delegation.suspended_at.is_(None), Delegation.suspended_by.in_(list(over)))
    return _change(one, {"suspended_at": now, "suspended_by": by}, *_in_force(now), goes_on)


def resume(one: Delegation, by: Iterable[str], now: datetime, **changes: Any) -> bool:
    """Let it go on, where one of these stopped it."""
    stopped = (Delegation.suspended_at.is_not(None), Delegation.suspended_by.in_(list(by)))
    return _change(one, {"suspended_at": None, "suspended_by": None, **changes}, *_in_force(now), *stopped)


def renew(one: Delegation, ends_on: date, ends_at: datetime, now: datetime, **changes: Any) -> bool:
    """Move its last day; one that has ended does not begin again."""
    moved = {"ends_on": ends_on, "ends_at": ends_at, "reminders": 0, "confirm_by_at": None, "wished_on": None}
    return _change(one, moved | changes, *_in_force(now))


def count_unanswered(organization_id: UUID, now: datetime) -> int:
    """How many drafts and unanswered offers of an organization stand."""
    mine = (Delegation.organization_id == organization_id, Delegation.accepted_at.is_(None))
    waits = sa.or_(Delegation.lapses_at.is_(None), Delegation.lapses_at > now)
    found = sa.select(sa.func.count(Delegation.id)).where(*mine, Delegation.ended_at.is_(None), waits)
    return db.session.scalar(found) or 0


def is_waiting_for(organization_id: UUID, siret: str, now: datetime) -> bool:
    """Whether that organization waits for an answer of that firm already, or has let it act."""
    same = (Delegation.organization_id == organization_id, Delegation.firm_siret == siret)
    lives = (Delegation.ended_at.is_(None), Delegation.ends_at > now)
    answered = sa.or_(Delegation.accepted_at.is_not(None), Delegation.lapses_at > now)
    return db.session.scalar(sa.select(Delegation.id).where(*same, *lives, answered).limit(1)) is not None


def proven_firm(siret: str) -> Organization | None:
    """The firm of that SIRET that was proven, by an operator or by its two letters (DLG-4); the first one proven."""
    named = sa.and_(Organization.kind == "firm", Organization.siret == siret, Organization.closed_at.is_(None))
    found = sa.select(Organization).where(named, is_proven()).order_by(Organization.id).limit(1)
    return db.session.scalar(found)


def is_proven() -> Condition:
    """The SQL condition of a firm that was proven: whoever holds it had its letters, or an operator's word."""
    letters = sa.exists().where(
        EnrolmentCode.organization_id == Organization.id, EnrolmentCode.consumed_at.is_not(None)
    )
    return sa.or_(Organization.proven_at.is_not(None), letters)


def without_a_firm(siret: str, now: datetime) -> list[Delegation]:
    """What was given, offered or written for a firm of that SIRET that nobody had proven, and lives."""
    mine = (Delegation.firm_id.is_(None), Delegation.firm_siret == siret)
    return list(db.session.scalars(sa.select(Delegation).where(*mine, *_lives(now)).order_by(Delegation.id)))


def late_for_a_firm(now: datetime, most: int) -> list[tuple[Delegation, Organization]]:
    """The same of any firm, with the firm that was proven since."""
    both: list[Any] = [Delegation, Organization]
    known = sa.and_(Organization.siret == Delegation.firm_siret, Organization.kind == "firm")
    found = sa.select(*both).join(Organization, known).where(Organization.closed_at.is_(None), is_proven())
    found = found.where(Delegation.firm_id.is_(None), *_lives(now)).order_by(Delegation.id, Organization.id)
    return [(row[0], row[1]) for row in db.session.execute(found.limit(most))]


class Client(NamedTuple):
    """A delegation as its firm sees it: with the company it is for."""

    delegation: Delegation
    organization: Organization


def firms_of_person(account_id: UUID, now: datetime) -> list[Organization]:
    """The proven firms that a person holds."""
    live = sa.and_(Membership.ended_at.is_(None), sa.or_(Membership.ends_at.is_(None), Membership.ends_at > now))
    held = sa.select(Membership.organization_id).where(Membership.account_id == account_id, Membership.holder, live)
    open_ = sa.and_(Organization.kind == "firm", Organization.closed_at.is_(None), is_proven())
    found = sa.select(Organization).where(open_, Organization.id.in_(held))
    return list(db.session.scalars(found.order_by(Organization.name, Organization.id)))


def members_of(siret: str) -> list[Organization]:
    """The open members of that SIRET, of one fund or of several."""
    named = sa.and_(Organization.kind == "member", Organization.siret == siret, Organization.closed_at.is_(None))
    return list(db.session.scalars(sa.select(Organization).where(named).order_by(Organization.id)))


def clients_of_firm(firm_id: UUID, now: datetime, siret: str) -> list[Client]:
    """What companies of that SIRET let a firm do, in force."""
    both: list[Any] = [Delegation, Organization]
    found = sa.select(*both).join(Organization, Organization.id == Delegation.organization_id)
    theirs = (Delegation.firm_id == firm_id, Organization.siret == siret, Organization.closed_at.is_(None))
    return [Client(*row) for row in db.session.execute(found.where(*theirs, *_in_force(now)))]


def assign(delegation_id: UUID, account_id: UUID, rights: list[str] | None, now: datetime) -> None:
    """Name a person of the firm for it, for these rights of it; None: for all of them."""
    assign_among(delegation_id, {account_id}, {account_id: rights}, now)


def hold(one: Delegation) -> None:
    """Read it anew, locked until the end: who is named for it is written by one at a time."""
    db.session.refresh(one, with_for_update=True)


def assign_among(
    delegation_id: UUID, staff: Collection[UUID], named: Mapping[UUID, list[str] | None], now: datetime
) -> None:
    """Of these people, name those for these rights of it, and no others."""
    known = {one.account_id: one for one in assignments(delegation_id) if one.account_id in staff}
    for account_id, one in known.items():
        if account_id not in named:
            db.session.delete(one)
        elif one.rights != named[account_id]:
            one.rights, one.assigned_at = named[account_id], now
    for account_id in named.keys() - known.keys():
        ids = {"delegation_id": delegation_id, "account_id": account_id}
        db.session.add(StaffAssignment(**ids, rights=named[account_id], assigned_at=now))
    db.session.flush()


def unassign_everywhere(membership_id: UUID) -> None:
    """Name the person of that link for no client of its firm."""
    link = sa.select(Membership.account_id, Membership.organization_id).where(Membership.id == membership_id).subquery()
    clients = sa.select(Delegation.id).join(link, link.c.organization_id == Delegation.firm_id)
    person = StaffAssignment.account_id == sa.select(link.c.account_id).scalar_subquery()
    db.session.execute(sa.delete(StaffAssignment).where(person, StaffAssignment.delegation_id.in_(clients)))


def is_shown_to_member() -> Condition:
    """Everything, but for a draft that was given up: it never was more than that."""
    return sa.or_(
        Delegation.offered_at.is_not(None), Delegation.accepted_at.is_not(None), Delegation.ended_at.is_(None)
    )


def _lives(now: datetime) -> tuple[Condition, ...]:
    """It was not ended, nor is over; and it was accepted, may be, or was never sent."""
    draft = Delegation.offered_at.is_(None)
    answered = sa.or_(Delegation.accepted_at.is_not(None), draft, Delegation.lapses_at > now)
    return (Delegation.ended_at.is_(None), Delegation.ends_at > now, answered)


def _in_force(now: datetime) -> tuple[Condition, ...]:
    return (Delegation.accepted_at.is_not(None), Delegation.ended_at.is_(None), Delegation.ends_at > now)


def _change(one: Delegation, values: dict[str, Any], *conditions: Condition) -> bool:
    """Change it where the conditions hold at that moment; the object is what the row says then."""
    changed = sa.update(Delegation).where(Delegation.id == one.id, *conditions).values(**values)
    done = cast(sa.CursorResult[Any], db.session.execute(changed, execution_options={"synchronize_session": False}))
    db.session.refresh(one)
    return done.rowcount == 1


def holder_accounts(organization_id: UUID, now: datetime) -> list[UUID]:
    """The holders of an organization who may sign in."""
    live = sa.and_(Membership.ended_at.is_(None), sa.or_(Membership.ends_at.is_(None), Membership.ends_at > now))
    found = (
        sa.select(Membership.account_id)
        .join(Account, Account.id == Membership.account_id)
        .where(Membership.organization_id == organization_id, live)
    )
    return list(db.session.scalars(found.where(Membership.holder, Account.is_live())))


def assignments(delegation_id: UUID) -> list[StaffAssignment]:
    """Who of the firm was named for it."""
    found = sa.select(StaffAssignment).where(StaffAssignment.delegation_id == delegation_id)
    return list(db.session.scalars(found.order_by(StaffAssignment.id)))
