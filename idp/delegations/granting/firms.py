"""A firm is proven like a member, by its two letters; or by an operator, who says on what evidence (DLG-4).

What was given by mail to one person of it, or is offered to one, is the firm's from that moment on: the same rights,
until the same day. That person goes on as one of the firm's people, or no more.
"""

from uuid import UUID

from idp import clock
from idp.accounts.colleagues.models import Colleague
from idp.accounts.models import Account
from idp.audit import log
from idp.audit.events import Event
from idp.db import db
from idp.delegations.granting import models, telling
from idp.delegations.granting.offering import PURPOSE, facts
from idp.delegations.granting.telling import What
from idp.delegations.models import Delegation
from idp.extensions import house
from idp.proofs import links
from idp.registry.models import Organization


def prove(firm: Organization, evidence: str) -> bool:
    """Vouch for a firm; False when that was done. Raises `ValueError` for what is no firm, or is closed."""
    if firm.kind != "firm" or firm.closed_at is not None:
        raise ValueError("not an open firm of the register")
    if firm.proven_at is not None:
        return False
    firm.proven_at = clock.now()
    log.record(Event.FIRM_PROVEN, organization=firm.id, details={"evidence": evidence})
    follow(firm.id)
    return True


def follow(organization_id: UUID) -> None:
    """Make a firm's own what waited for its SIRET, in the transaction that proves it; nothing for what is no firm."""
    firm = Organization.by_id(organization_id)
    if firm is None or firm.kind != "firm" or firm.closed_at is not None:
        return
    db.session.flush()
    for one in models.without_a_firm(firm.siret, clock.now()):
        _take(firm, one)


def follow_late(most: int) -> int:
    """The same for what was given, offered or written while its firm was being proven; how many there were."""
    late = models.late_for_a_firm(clock.now(), most)
    return sum(_take(firm, one) for one, firm in late)


def _take(firm: Organization, one: Delegation) -> bool:
    """Locked and read anew: whoever accepts at the same time is before or after, and finds the firm then."""
    models.hold(one)
    organization = Organization.by_id(one.organization_id)
    if organization is None or one.firm_id is not None or one.ended_at is not None:
        return False
    person_id = one.held_by_id
    one.firm_id, one.firm_name, one.held_by_id, one.offered_to = firm.id, firm.name, None, None
    db.session.flush()
    if one.offered_at is None and one.accepted_at is None:
        return True  # a draft: nobody was told of it
    links.kill(PURPOSE, one.id)
    if person_id is not None:
        _keep(firm, one, organization, person_id)
    telling.tell_member(one, organization, What.PROVEN)
    one.firm_news = What.OFFERED if one.accepted_at is None else What.PROVEN
    details = facts(one) | {"held_by": person_id and str(person_id)}
    log.record(Event.DELEGATION_FOLLOWED, subject=person_id, organization=organization.id, details=details)
    return True


def _keep(firm: Organization, one: Delegation, organization: Organization, person_id: UUID) -> None:
    """Who held it alone goes on where they are one of the firm's people; else their grants end, and they are told."""
    colleague = Colleague.find(firm.id, clock.now(), account_id=person_id)
    if colleague is not None and not colleague.holder and not one.all_staff:
        models.assign(one.id, person_id, None, clock.now())
    house.ended("staff", one.id)
    person = Account.reachable(account_id=person_id)
    if person is not None:
        what = What.NO_MORE_ALONE if colleague is None else What.PROVEN
        telling.send("delegations/firm_changed", person, organization, one, what=what)
