"""Delegations without the holder's click: a signed mandate, or an access that was in force in the former area."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.db import db, new_id
from idp.delegations.granting import models, summary, telling, terms
from idp.delegations.granting.offering import facts
from idp.delegations.granting.telling import What
from idp.delegations.granting.terms import Fault, Terms
from idp.delegations.models import Delegation
from idp.registry.letters import notices
from idp.registry.models import Organization
from idp.settings import settings


class Refusal(StrEnum):
    """Why it is not entered."""

    HERE = "here"
    """That firm acts for the company, or is asked to, already."""
    NO_FIRM = "no_firm"
    """No firm of that SIRET was proven."""
    CLOSED = "closed"
    """The company has closed, or is a firm itself."""


@dataclass(frozen=True)
class Mandate:
    """What a company gave a firm, of that SIRET, outside of these pages, and where that can be read."""

    organization: Organization
    firm_siret: str
    terms: Terms
    evidence: str


def enter(mandate: Mandate, rights: Sequence[str]) -> Delegation | Refusal | Fault:
    """Write a signed mandate down: it stands at once, and both sides are told, the company by letter too (DLG-2).

    `rights` are those of the mandate, in words.
    """
    refusal = _refused(mandate)
    if refusal is not None:
        return refusal
    one = _written(mandate, "paper", mandate.terms.ends_on)
    telling.tell_both(one, mandate.organization, What.ENTERED)
    notices.ask(mandate.organization, one.id, summary.letter(one, mandate.organization, rights))
    log.record(Event.DELEGATION_ENTERED, organization=mandate.organization.id, details=_facts(one))
    return one


def take_over(mandate: Mandate) -> Delegation | Refusal | Fault:
    """Let an access of the former area go on for a while, and ask the holder: unless they confirm it, it ends."""
    refusal = _refused(mandate)
    if refusal is not None:
        return refusal
    until = _asked_until(mandate.organization)
    one = _written(mandate, "import", min(until, mandate.terms.ends_on))
    one.wished_on, one.confirm_by_at = mandate.terms.ends_on, one.ends_at
    db.session.flush()
    telling.tell_member(one, mandate.organization, What.CONFIRM)
    log.record(Event.DELEGATION_IMPORTED, organization=mandate.organization.id, details=_facts(one))
    return one


def _asked_until(organization: Organization) -> date:
    instant: datetime = clock.now() + settings.delegation_import_confirmed_within - timedelta(days=1)
    return instant.astimezone(ZoneInfo(terms.zone_of(organization))).date()


def _refused(mandate: Mandate) -> Refusal | Fault | None:
    organization = mandate.organization
    if organization.closed_at is not None or organization.kind == "firm":
        return Refusal.CLOSED
    if models.proven_firm(mandate.firm_siret) is None:
        return Refusal.NO_FIRM
    Delegation.hold_company(organization.id)
    if models.is_waiting_for(organization.id, mandate.firm_siret, clock.now()):
        return Refusal.HERE
    return terms.fault(mandate.terms, organization)


def _written(mandate: Mandate, origin: str, ends_on: date) -> Delegation:
    firm, now = models.proven_firm(mandate.firm_siret), clock.now()
    assert firm is not None, "it was just looked up"
    one = Delegation(
        id=new_id(),
        organization_id=mandate.organization.id,
        firm_id=firm.id,
        firm_siret=firm.siret,
        firm_name=firm.name,
        origin=origin,
        rights=list(mandate.terms.rights),
        all_staff=mandate.terms.all_staff,
        applications_allowed=mandate.terms.applications_allowed,
        machine_allowed=mandate.terms.machine_allowed,
        evidence=mandate.evidence,
        created_at=now,
        accepted_at=now,
        starts_at=now,
        ends_on=ends_on,
        ends_at=terms.ends_at(ends_on, mandate.organization),
    )
    db.session.add(one)
    db.session.flush()
    return one


def _facts(one: Delegation) -> dict[str, object]:
    return facts(one) | {"evidence": one.evidence}
