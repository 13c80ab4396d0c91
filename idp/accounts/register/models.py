"""Which links and names an import of the register calls into question, asked by whole sets."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from idp.accounts.models import Account, Membership
from idp.db import Condition, db
from idp.registry.models import Organization
from idp.registry.staging.models import StagedEntry


def named_otherwise(import_id: UUID) -> list[tuple[Account, Organization]]:
    """Accounts whose names a fund set, and which its import spells otherwise, with the organization that says so.

    It is the one that the account has held longest in that fund: another may be made out to someone else.
    """
    longest_first = sa.func.row_number().over(
        partition_by=(Membership.account_id, Organization.fund_id), order_by=(Membership.started_at, Membership.id)
    )
    fund_id = Organization.fund_id
    held = sa.select(Membership.account_id, Membership.organization_id, fund_id, longest_first.label("place"))
    held = held.join(Organization, Organization.id == Membership.organization_id).where(_is_held(Membership))
    longest = held.subquery()
    people = sa.select(Account, Organization).select_from(longest).where(longest.c.place == 1)
    # Account and organization meet here only: joined by their fund, each of one would meet all of the other.
    its_own = sa.and_(Account.id == longest.c.account_id, Account.fund_id == longest.c.fund_id)
    people = people.join(Account, its_own).where(Account.closed_at.is_(None))
    people = people.join(Organization, Organization.id == longest.c.organization_id)
    people = people.join(StagedEntry, _names(import_id, Organization))
    people = people.where(Organization.holder_family_name.is_not(None), _spells_otherwise())
    return [(account, organization) for account, organization in db.session.execute(people.order_by(Account.id))]


def unlinked(import_id: UUID) -> list[tuple[UUID, UUID]]:
    """Holders of a member, and open sites of it in that import, where no link ever stood: account and site.

    A link that ended is not told again: whoever removed it meant it.
    """
    site, ever = aliased(Organization), aliased(Membership)
    pairs = sa.select(Membership.account_id, site.id).join(site, site.parent_id == Membership.organization_id)
    pairs = pairs.join(StagedEntry, _names(import_id, site))
    written = sa.select(ever.id).where(ever.account_id == Membership.account_id, ever.organization_id == site.id)
    pairs = pairs.where(_is_held(Membership), site.closed_at.is_(None), ~written.exists())
    return [(person, site_id) for person, site_id in db.session.execute(pairs.order_by(site.id, Membership.id))]


def end_links_of_former_parent(site_id: UUID, parent_id: UUID, at: datetime) -> list[tuple[UUID, UUID]]:
    """End the holders' links to a site that moved, of those who hold its former member: link and account.

    Who holds the new member too keeps the site; so does a holder who never held the former one.
    """
    former, new, site = aliased(Membership), aliased(Membership), aliased(Organization)
    held_former = sa.select(former.id).where(
        former.account_id == Membership.account_id, former.organization_id == parent_id, _is_held(former)
    )
    holds_new = sa.select(new.id).join(site, site.parent_id == new.organization_id)
    holds_new = holds_new.where(site.id == site_id, new.account_id == Membership.account_id, _is_held(new))
    theirs = (Membership.organization_id == site_id, _is_held(Membership), held_former.exists(), ~holds_new.exists())
    return _end(at, *theirs)


def heirs(site_ids: Iterable[UUID], now: datetime) -> list[tuple[Account, Organization]]:
    """Who holds the member of each of these sites that is open and held by nobody who may sign in; and that site."""
    holder, held, person = aliased(Membership), aliased(Membership), aliased(Account)
    lives = sa.or_(held.ends_at.is_(None), held.ends_at > now)
    by_whom = sa.select(held.id).join(person, person.id == held.account_id).where(person.is_live(), lives)
    by_whom = by_whom.where(held.organization_id == Organization.id, _is_held(held))
    found = sa.select(Account, Organization).join(holder, holder.organization_id == Organization.parent_id)
    found = found.join(Account, Account.id == holder.account_id).where(Organization.id.in_(list(site_ids)))
    holds = (_is_held(holder), sa.or_(holder.ends_at.is_(None), holder.ends_at > now), Account.is_live())
    found = found.where(Organization.closed_at.is_(None), *holds, ~by_whom.exists())
    return [(account, site) for account, site in db.session.execute(found.order_by(Organization.id, holder.id))]


def end_links(organization_id: UUID, at: datetime) -> list[tuple[UUID, UUID]]:
    """End every live link to an organization: link and account."""
    return _end(at, Membership.organization_id == organization_id, Membership.ended_at.is_(None))


def _end(at: datetime, *conditions: Condition) -> list[tuple[UUID, UUID]]:
    ended = sa.update(Membership).where(*conditions).values(ended_at=at)
    rows = db.session.execute(ended.returning(Membership.id, Membership.account_id))
    return [(link, account) for link, account in rows]


def _spells_otherwise() -> Condition:
    civility = sa.func.coalesce(Organization.holder_civility, Account.civility)
    return sa.or_(
        Account.given_names != Organization.holder_given_names,
        Account.family_name != Organization.holder_family_name,
        Account.civility.is_distinct_from(civility),
    )


def _is_held(link: Any) -> Condition:
    return sa.and_(link.holder, link.ended_at.is_(None))


def _names(import_id: UUID, organization: Any) -> Condition:
    same_key = (StagedEntry.fund_id == organization.fund_id, StagedEntry.number == organization.number)
    return sa.and_(StagedEntry.import_id == import_id, *same_key)
