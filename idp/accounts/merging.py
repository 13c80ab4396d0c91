"""Two members of a fund become one: the people of the one that ends go on in the other (`idp members merge`)."""

from dataclasses import dataclass

from idp import clock
from idp.accounts import memberships
from idp.accounts.colleagues import telling
from idp.accounts.colleagues.models import Colleague
from idp.accounts.colleagues.telling import What
from idp.accounts.models import Account
from idp.audit import log
from idp.audit.events import Event
from idp.db import db
from idp.extensions import house
from idp.registry.models import Organization

MOST = 10_000


class MergeRefused(ValueError):
    """These two cannot become one; the message says why, for the operator."""


@dataclass(frozen=True)
class Merged:
    """What was done, counted."""

    people: int
    sites: int


def merge(ending: Organization, into: Organization) -> Merged:
    """Let what the people of `ending` may do be theirs in `into`, move its sites there, and close it.

    Who is in both keeps the rights of both. Grants of the one that ends, its delegations and its invitations end with
    it: a mandate is one company's word, and the other gives its own. Raises `MergeRefused`.
    """
    _refuse(ending, into)
    now = clock.now()
    people = Colleague.some(ending.id, now, limit=MOST)
    for one in people:
        _bring(one, into)
    sites = ending.open_sites()
    for site in sites:
        site.parent_id = into.id
    ending.closed_at = ending.updated_at = now
    db.session.flush()
    house.ended("organization", ending.id)
    log.record(Event.ORGANIZATION_ENDED, organization=ending.id, reason="merged")
    details = {"ended": str(ending.id), "people": len(people), "sites": len(sites)}
    log.record(Event.ORGANIZATION_MERGED, organization=into.id, details=details)
    return Merged(len(people), len(sites))


def _bring(one: Colleague, into: Organization) -> None:
    account = db.session.get(Account, one.account_id)
    assert account is not None, "a link goes with its account"
    there = Colleague.find(into.id, clock.now(), account_id=account.id)
    holder, rights = one.holder or bool(there and there.holder), {*one.rights, *(there.rights if there else ())}
    memberships.link(account, into, holder=holder, rights=rights)
    if there is None:
        telling.tell_holders(into, account.name, What.MERGED, but=account.id)


def _refuse(ending: Organization, into: Organization) -> None:
    if ending.id == into.id:
        raise MergeRefused("a member cannot merge with itself")
    if {ending.kind, into.kind} != {"member"} or ending.fund_id != into.fund_id:
        raise MergeRefused("two members of one fund may merge, and nothing else")
    for one in (ending, into):
        if one.closed_at is not None:
            raise MergeRefused(f"{one.number} has ended already")
