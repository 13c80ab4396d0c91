"""The other side answers: a firm accepts what it is offered, a holder what is asked; or refuses. Once."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from idp import clock
from idp.accounts import email_certification, logins
from idp.accounts.colleagues.holding import Held, still
from idp.accounts.models import EmailAddress
from idp.audit import log
from idp.audit.events import Event
from idp.db import own_transaction
from idp.delegations.granting import models, telling
from idp.delegations.granting.lists import models as lists
from idp.delegations.granting.models import Client
from idp.delegations.granting.offering import PURPOSE, facts
from idp.delegations.granting.telling import What
from idp.delegations.models import Delegation
from idp.errors import NotFound
from idp.proofs import links
from idp.registry.models import Organization


class Refusal(StrEnum):
    """Why nobody holds it."""

    DEAD = "dead"
    """Expired, used, taken back, or none of ours."""
    ELSEWHERE = "elsewhere"
    """Signed in with another address than that of the mail, or with one that must be certified first."""


@dataclass(frozen=True)
class Offer:
    """An offer behind a link, with all its page says: plain values, which outlive their transaction."""

    id: UUID
    organization_id: UUID
    fund_id: UUID
    company: str
    siret: str
    firm_name: str
    firm_siret: str
    typed: str
    canonical: str
    rights: list[str]
    last_day: object


def of_firm(account_id: UUID, delegation_id: UUID) -> Client:
    """A delegation to a firm that this person holds, or to themselves. Raises `NotFound`, the same for any other."""
    found = lists.of_person(account_id, delegation_id, clock.now())
    if found is None:
        raise NotFound("no such delegation, or not this person's")
    return found


def accept_offer(account_id: UUID, client: Client) -> bool:
    """A holder of the proven firm accepts; False when it waits no more. No firm answers what it asked itself."""
    if client.delegation.origin != "offer" or not models.accept(client.delegation, account_id, clock.now()):
        return False
    _accepted(client.delegation, client.organization)
    return True


def refuse_offer(client: Client) -> bool:
    """The firm does not want it; or takes back what it asked. False when it was answered meanwhile."""
    is_ours = client.delegation.origin == "request"
    if not models.end_unanswered(client.delegation, "withdrawn" if is_ours else "refused", clock.now()):
        return False
    links.kill(PURPOSE, client.delegation.id)
    _refused(client.delegation, client.organization, What.WITHDRAWN if is_ours else What.REFUSED)
    return True


def accept_request(held: Held, one: Delegation) -> bool:
    """A holder lets the firm that asked act; False when it waits no more. No company answers its own offer (DLG-1)."""
    still(held)
    account_id = held.holder.account_id
    if one.origin != "request" or not models.accept(one, account_id, clock.now(), granted_by_id=account_id):
        return False
    _accepted(one, held.organization)
    return True


def refuse_request(held: Held, one: Delegation) -> bool:
    """The company says no, or takes back its own offer; False when it was answered meanwhile."""
    is_ours = one.origin == "offer"
    if not models.end_unanswered(one, "withdrawn" if is_ours else "refused", clock.now()):
        return False
    links.kill(PURPOSE, one.id)
    _refused(one, held.organization, What.WITHDRAWN if is_ours else What.REFUSED)
    return True


def follow(kind: str, ended_id: UUID) -> None:
    """Take back what was offered by who holds the company no more: an offer is worth what its writer is.

    A mandate in force is the company's, and goes on (DLG-3).
    """
    if kind not in ("membership", "holding"):
        return
    for one, organization in Delegation.unanswered_word_of(ended_id):
        if models.end_unanswered(one, "withdrawn", clock.now()):
            links.kill(PURPOSE, one.id)
            _refused(one, organization, What.WITHDRAWN)


def behind(secret: str) -> Offer | None:
    """The offer of a link, while it may be accepted. In a transaction of its own; nothing is used."""
    with own_transaction(writes=False) as own:
        delegation_id = links.look(PURPOSE, secret, own)
        one = models.by_id(delegation_id, own) if delegation_id else None
        organization = Organization.by_id(one.organization_id, own) if one else None
        if one is None or organization is None or not _waits(one, organization):
            return None
        return Offer(
            one.id,
            organization.id,
            organization.fund_id,
            organization.name,
            organization.siret,
            one.firm_name,
            one.firm_siret,
            one.offered_to or "",
            logins.canonical(one.offered_to or "") or "",
            one.rights,
            one.ends_on,
        )


def is_meant(offer: Offer, account_id: UUID) -> bool:
    """Whether that person's account has the very address the offer was mailed to, certified (DLG-4)."""
    address = EmailAddress.live(account_id)
    if address is None or address.canonical != offer.canonical:
        return False
    return email_certification.is_good(address.certified_at, address.certification_due_at, clock.now())


def accept_by_link(secret: str, offer: Offer, account_id: UUID) -> Refusal | None:
    """Let the person of that mailbox hold that one delegation, and nothing else: their firm is not proven."""
    if not is_meant(offer, account_id):
        return _turned_away(Refusal.ELSEWHERE, offer)
    one, organization = models.by_id(offer.id), Organization.by_id(offer.organization_id)
    if one is None or organization is None:
        return _turned_away(Refusal.DEAD, offer)
    models.hold(one)  # before its link, as who takes it back does, or who proves its firm
    if not _waits(one, organization) or links.redeem(PURPOSE, secret, bound_to=offer.canonical) != one.id:
        return _turned_away(Refusal.DEAD, offer)
    if not models.accept(one, account_id, clock.now(), held_by_id=account_id):
        return _turned_away(Refusal.DEAD, offer)
    _accepted(one, organization)
    return None


def _waits(one: Delegation, organization: Organization) -> bool:
    now = clock.now()
    unanswered = one.offered_at is not None and one.accepted_at is None and one.ended_at is None
    by_mail = one.firm_id is None  # once its firm was proven, its holders answer
    in_time = one.lapses_at is not None and one.lapses_at > now and one.ends_at > now
    return unanswered and by_mail and in_time and organization.closed_at is None


def _accepted(one: Delegation, organization: Organization) -> None:
    telling.tell_both(one, organization, What.ACCEPTED)
    log.record(Event.DELEGATION_ACCEPTED, organization=organization.id, details=facts(one))


def _refused(one: Delegation, organization: Organization, what: What) -> None:
    telling.tell_both(one, organization, what)
    event = Event.DELEGATION_WITHDRAWN if what is What.WITHDRAWN else Event.DELEGATION_REFUSED
    log.record(event, organization=organization.id, details=facts(one))


def _turned_away(refusal: Refusal, offer: Offer) -> Refusal:
    details = {"delegation": str(offer.id)}
    event = Event.DELEGATION_TURNED_AWAY
    log.record(event, organization=offer.organization_id, reason=refusal, details=details)
    return refusal
