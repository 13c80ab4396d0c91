"""What stands is stopped, goes on, lasts longer or ends: by either side, at once, and both are told."""

from datetime import date

from idp import clock
from idp.accounts.colleagues.holding import Held, still
from idp.audit import log
from idp.audit.events import Event
from idp.delegations.granting import models, telling, terms
from idp.delegations.granting.models import Client
from idp.delegations.granting.offering import facts
from idp.delegations.granting.telling import What
from idp.delegations.granting.terms import Fault
from idp.delegations.models import Delegation
from idp.extensions import house
from idp.registry.models import Organization

MEMBER, FIRM, OPERATOR, UNCONFIRMED = "member", "firm", "operator", "unconfirmed"
MEMBER_RESUMES = (MEMBER, UNCONFIRMED)
"""What the company may let go on: never what its firm, or an operator, stopped."""
OVER = {MEMBER: (FIRM,), OPERATOR: (FIRM, MEMBER, UNCONFIRMED)}
"""Whose stop each of them makes their own: a firm that stopped itself is not out of reach, and does not go on then."""


def revoke(one: Delegation, organization: Organization, by: str) -> bool:
    """End it at once, with all the grants that stand on it (TRS-3); False when it had ended already."""
    if one.accepted_at is None or not models.end(one, f"by_{by}", clock.now()):
        return False
    _ended(one, organization, What.REVOKED, by)
    return True


def suspend(one: Delegation, organization: Organization, by: str) -> bool:
    """Stop it for a while; its grants end, and a new sign-in gives nothing until it goes on."""
    if not models.suspend(one, by, clock.now(), OVER.get(by, ())):
        return False
    _ended(one, organization, What.SUSPENDED, by)
    return True


def resume(held: Held, one: Delegation) -> bool:
    """Let it go on, on this holder's word; False when someone else stopped it, or it has ended."""
    still(held)
    said = {"granted_by_id": held.holder.account_id, "confirm_by_at": None}
    if not models.resume(one, MEMBER_RESUMES, clock.now(), **said):
        return False
    _goes_on(one, held.organization, What.RESUMED)
    return True


def resume_by_firm(client: Client) -> bool:
    """The firm goes on with what it stopped itself."""
    if not models.resume(client.delegation, (FIRM,), clock.now()):
        return False
    _goes_on(client.delegation, client.organization, What.RESUMED)
    return True


def resume_by_operator(one: Delegation, organization: Organization) -> bool:
    """What an operator stopped goes on."""
    if not models.resume(one, (OPERATOR,), clock.now()):
        return False
    _goes_on(one, organization, What.RESUMED)
    return True


def renew(held: Held, one: Delegation, ends_on: date) -> Fault | bool:
    """Move its last day, on this holder's word; False when it is over: it is offered anew then."""
    still(held)
    fault = terms.day_fault(ends_on, held.organization)
    if fault is not None:
        return fault
    until, word = terms.ends_at(ends_on, held.organization), held.holder.account_id
    if not models.renew(one, ends_on, until, clock.now(), granted_by_id=word):
        return False
    _goes_on(one, held.organization, What.RENEWED)
    return True


def confirm(held: Held, one: Delegation) -> bool:
    """A new holder says that it goes on (DLG-3); an access of the former area then lasts as long as it was to."""
    still(held)
    models.hold(one)  # renewed this very moment, it keeps the later day
    if one.confirm_by_at is None:
        return False
    ends_on = one.wished_on or one.ends_on
    until, word = terms.ends_at(ends_on, held.organization), held.holder.account_id
    if not models.renew(one, ends_on, until, clock.now(), granted_by_id=word):
        return False
    models.resume(one, (UNCONFIRMED,), clock.now())
    _goes_on(one, held.organization, What.CONFIRMED)
    return True


def next_day(one: Delegation, organization: Organization) -> date:
    """What renewing proposes: a year more, but never beyond what is allowed."""
    day = terms.a_year_from(one.ends_on)
    return day if terms.day_fault(day, organization) is None else terms.a_year_from(terms.today_of(organization))


def _ended(one: Delegation, organization: Organization, what: What, by: str) -> None:
    house.ended("delegation", one.id)
    telling.tell_both(one, organization, what)
    event = Event.DELEGATION_REVOKED if what is What.REVOKED else Event.DELEGATION_SUSPENDED
    log.record(event, organization=organization.id, reason=by, details=facts(one))


_EVENTS = {
    What.RESUMED: Event.DELEGATION_RESUMED,
    What.RENEWED: Event.DELEGATION_RENEWED,
    What.CONFIRMED: Event.DELEGATION_CONFIRMED,
}


def _goes_on(one: Delegation, organization: Organization, what: What) -> None:
    telling.tell_both(one, organization, what)
    log.record(_EVENTS[what], organization=organization.id, details=facts(one))
