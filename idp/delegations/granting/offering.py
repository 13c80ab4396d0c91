"""A holder offers a delegation: a draft, that is read once more before it is confirmed (DLG-1, A11-5)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from uuid import UUID

from idp import clock
from idp.accounts import logins
from idp.accounts.colleagues.holding import Held, still
from idp.audit import log
from idp.audit.events import Event
from idp.db import db, new_id
from idp.delegations.granting import models, telling, terms
from idp.delegations.granting.telling import What
from idp.delegations.granting.terms import Fault, Terms
from idp.delegations.models import Delegation
from idp.delivery import outbox
from idp.errors import NotFound
from idp.proofs import budgets, links
from idp.settings import settings

PURPOSE = "delegation-offer"
MOST_WAITING = 50
"""So many drafts and unanswered offers of one company may stand at once."""


class Refusal(StrEnum):
    """Why nothing is offered."""

    HERE = "here"
    """That firm acts for the company, or is asked to, already."""
    SELF = "self"
    NO_FIRM = "no_firm"
    """Neither in the register, nor named with an address."""
    ENOUGH = "enough"
    """That address has been sent as many mails as it may be."""
    FULL = "full"
    CHANGED = "changed"
    """The draft says something else than what was read."""


@dataclass(frozen=True)
class Named:
    """A firm that is not in the register: as the company calls it, and the address of someone there."""

    name: str
    email: str


def begin(held: Held, siret: str) -> Delegation | Refusal:
    """A draft for the firm of that SIRET (fourteen digits), which goes to its holders where it was proven (DLG-4)."""
    now = clock.now()
    if siret == held.organization.siret:
        return Refusal.SELF
    if models.is_waiting_for(held.id, siret, now):
        return Refusal.HERE
    if models.count_unanswered(held.id, now) >= MOST_WAITING:
        return Refusal.FULL
    firm = models.proven_firm(siret)
    ends_on = terms.a_year_from(terms.today_of(held.organization))
    one = Delegation(
        id=new_id(),
        organization_id=held.id,
        firm_id=firm.id if firm else None,
        firm_siret=siret,
        firm_name=firm.name if firm else "",
        origin="offer",
        rights=[],
        created_at=now,
        created_by_id=held.holder.account_id,
        starts_at=now,
        ends_on=ends_on,
        ends_at=terms.ends_at(ends_on, held.organization),
    )
    db.session.add(one)
    db.session.flush()
    return one


def draft(held: Held, delegation_id: UUID) -> Delegation:
    """A draft of that company. Raises `NotFound`, for one that was offered too."""
    one = models.of_organization(held.id, delegation_id)
    if one is None or one.offered_at is not None or one.accepted_at is not None or one.ended_at is not None:
        raise NotFound("no such draft")
    return one


def fill(held: Held, one: Delegation, wanted: Terms, named: Named | None = None) -> Fault | Refusal | None:
    """Write down what the draft gives; what is wrong with it is said, and written down all the same.

    Raises `NotFound` when it was offered a moment ago: what was offered is not changed any more.
    """
    _hold(one)
    one.rights, one.all_staff = list(wanted.rights), wanted.all_staff
    one.applications_allowed, one.machine_allowed = wanted.applications_allowed, wanted.machine_allowed
    one.ends_on = _kept_day(one, wanted.ends_on, held)
    one.ends_at = terms.ends_at(one.ends_on, held.organization)
    if one.firm_id is None and named is not None:
        one.firm_name, one.offered_to = named.name, named.email
    return terms.fault(wanted, held.organization) or _missing(one)


def wording(one: Delegation) -> str:
    """All that a draft says, as it is compared with what was read before it is confirmed."""
    said = (one.firm_siret, one.firm_name, one.offered_to, *one.rights, one.ends_on)
    return " ".join(str(word) for word in (*said, one.all_staff, one.applications_allowed, one.machine_allowed))


def confirm(held: Held, one: Delegation, seen: str) -> Fault | Refusal | None:
    """Offer what the draft says: to the holders of a proven firm, else by a link to the mailbox that was typed.

    `seen` is its wording as it was read: another holder may have changed it meanwhile. Raises `NotFound` for who holds
    the company no more, or for what is no draft any more.
    """
    still(held)
    Delegation.hold_company(held.id)
    _hold(one)
    if wording(one) != seen:
        return Refusal.CHANGED
    now, wanted = clock.now(), terms.of(one.rights, one.ends_on)
    firm = models.proven_firm(one.firm_siret)  # it may have been proven meanwhile: no link leaves then
    fault = terms.fault(wanted, held.organization) or (None if firm else _missing(one))
    if fault is not None:
        return fault
    if models.is_waiting_for(held.id, one.firm_siret, now):
        return Refusal.HERE
    address = logins.canonical(one.offered_to or "") if firm is None else None
    if address is not None and not budgets.allow_mail(address):
        return Refusal.ENOUGH
    lapses_at = min(now + settings.delegation_offer_lifetime, one.ends_at)
    said = {"lapses_at": lapses_at, "granted_by_id": held.holder.account_id, "created_by_id": held.holder.account_id}
    if firm is not None:
        said |= {"firm_id": firm.id, "firm_name": firm.name, "offered_to": None}
    if not models.offer(one, now, **said):
        return Refusal.HERE
    if address is not None and one.firm_id is None:  # else its firm was proven this very moment
        _send_link(held, one, address)
    telling.tell_both(one, held.organization, What.OFFERED)
    log.record(Event.DELEGATION_OFFERED, organization=held.id, address=address, details=facts(one))
    return None


def _hold(one: Delegation) -> None:
    models.hold(one)
    if one.offered_at is not None or one.ended_at is not None:
        raise NotFound("no such draft any more")


def give_up(one: Delegation) -> None:
    """Forget a draft."""
    models.end_unanswered(one, "withdrawn", clock.now())


def facts(one: Delegation) -> dict[str, object]:
    """What the audit says of a delegation: both sides, what is given, and until when."""
    firm = {"firm": one.firm_id and str(one.firm_id), "firm_siret": one.firm_siret}
    return {"delegation": str(one.id), **firm, "rights": one.rights, "ends_on": one.ends_on.isoformat()}


def _kept_day(one: Delegation, wanted: date, held: Held) -> date:
    return one.ends_on if terms.day_fault(wanted, held.organization) else wanted


def _missing(one: Delegation) -> Refusal | None:
    if one.firm_id is not None or (one.firm_name and logins.canonical(one.offered_to or "")):
        return None
    return Refusal.NO_FIRM


def _send_link(held: Held, one: Delegation, address: str) -> None:
    assert one.lapses_at is not None, "it was just offered"
    secret = links.issue(PURPOSE, one.id, one.lapses_at - clock.now(), bound_to=address)
    outbox.send_mail(
        "delegations/offer",
        address,
        fund_id=held.organization.fund_id,
        expires_at=one.lapses_at,
        link=f"{settings.issuer}/{PURPOSE}/{secret}",
        company=held.organization.name,
        holder=held.holder.name,
        last_day=one.ends_on,
        until=one.lapses_at,
    )
