"""A proven firm asks a company: within a daily budget, and whether there is such a company nothing tells (DLG-4)."""

from datetime import timedelta
from enum import StrEnum
from uuid import UUID

from idp import clock, extensions
from idp.accounts.colleagues.holding import Held, held_by
from idp.audit import log
from idp.audit.events import Event
from idp.db import db, new_id
from idp.delegations.granting import models, telling, terms
from idp.delegations.granting.models import Client
from idp.delegations.granting.offering import facts
from idp.delegations.granting.telling import What
from idp.delegations.granting.terms import Fault, Terms
from idp.delegations.models import Delegation
from idp.errors import NotFound
from idp.registry.models import Organization
from idp.settings import settings

DAY = timedelta(days=1)
AGAIN_AFTER = timedelta(days=7)
"""A company is asked to renew once in that time."""


class Refusal(StrEnum):
    """Why nothing is asked."""

    ENOUGH = "over_budget"
    """The firm has asked as many companies today as it may."""


def firm_of(account_id: UUID, organization_id: UUID) -> Held:
    """The proven firm of that id, if this person holds it. Raises `NotFound`, the same for any other."""
    held = held_by(account_id, organization_id)
    if held.id not in {one.id for one in models.firms_of_person(held.holder.account_id, clock.now())}:
        raise NotFound("no proven firm of this person's")
    return held


def ask(firm: Held, siret: str, wanted: Terms) -> Fault | Refusal | None:
    """Ask whoever holds the company of that SIRET: None whether there is one or not, whether it was asked before."""
    fault = terms.fault(wanted, firm.organization)
    if fault is not None:
        return fault
    if not within_budget(firm):
        return Refusal.ENOUGH
    for company in models.members_of(siret):
        Delegation.hold_company(company.id)
        if not models.is_waiting_for(company.id, firm.organization.siret, clock.now()):
            _ask(firm, company, wanted)
    return None


def within_budget(firm: Held) -> bool:
    """Count one more request of this day, and say whether there may be so many. Raises `StoreUnavailable`."""
    return extensions.store.count(f"delegation-requests:{firm.id}", DAY) <= settings.delegation_requests_a_day


def ask_renewal(client: Client) -> bool:
    """Ask a company for a later last day; False when it was asked a while ago. Its holder alone renews."""
    if extensions.store.count(f"renewal-asked:{client.delegation.id}", AGAIN_AFTER) > 1:
        return False
    telling.tell_member(client.delegation, client.organization, What.RENEWAL)
    log.record(Event.RENEWAL_ASKED, organization=client.organization.id, details=facts(client.delegation))
    return True


def _ask(firm: Held, company: Organization, wanted: Terms) -> None:
    now = clock.now()
    ends_at = terms.ends_at(wanted.ends_on, company)
    one = Delegation(
        id=new_id(),
        organization_id=company.id,
        firm_id=firm.id,
        firm_siret=firm.organization.siret,
        firm_name=firm.organization.name,
        origin="request",
        rights=list(wanted.rights),
        all_staff=wanted.all_staff,
        applications_allowed=wanted.applications_allowed,
        created_at=now,
        created_by_id=firm.holder.account_id,
        offered_at=now,
        lapses_at=min(now + settings.delegation_offer_lifetime, ends_at),
        starts_at=now,
        ends_on=wanted.ends_on,
        ends_at=ends_at,
    )
    db.session.add(one)
    db.session.flush()
    telling.tell_member(one, company, What.ASKED)
    log.record(Event.DELEGATION_ASKED, organization=company.id, details=facts(one))
