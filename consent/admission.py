"""May this third party see this company's data? Its holders say so, or the delegation by which a person acts for it."""

from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from consent import models
from idp import clock
from idp.accounts.colleagues.holding import Held, still
from idp.accounts.colleagues.models import Colleague
from idp.alive import LiveSession
from idp.audit import log
from idp.audit.events import Event
from idp.delegations.admissions import models as admissions
from idp.delegations.admissions.models import Admission
from idp.delivery import outbox
from idp.errors import NotFound
from idp.extensions import house
from idp.journey.models import Journey
from idp.journey.steps import Step
from idp.oidc.authorization.answering import membership_for
from idp.oidc.models import registered
from idp.oidc.models.client import Client
from idp.oidc.models.grant import Grant
from idp.oidc.models.registered import RegisteredClient
from idp.proofs import rates
from idp.registry.models import Organization
from idp.sessions import current
from idp.settings import settings

MOST_AN_HOUR = 10
"""So many requests of one person to holders, whatever the applications and the companies."""


class Gate(StrEnum):
    """What stands between an application and the data of the company that a person acts for."""

    OPEN = "open"
    HOLDER = "holder"
    """The person may open it, by their own consent."""
    COLLEAGUE = "colleague"
    """The holders must say so first."""
    DELEGATION = "delegation"
    """What was delegated is not for applications."""


class Answer(StrEnum):
    """What became of a colleague's request."""

    NONE = "none"
    WAITS = "waits"
    REFUSED = "refused"
    NOBODY = "nobody"
    """No holder can be reached: there is nobody to ask."""


class Shown(NamedTuple):
    """An admission as the holders see it."""

    id: UUID
    client: Client
    asked_by: str | None
    asked_at: datetime | None
    granted_at: datetime | None


def gate(journey: Journey, session: LiveSession, client: RegisteredClient) -> Gate:
    """Where the person stands; what is open stays so until the end of this unit of work."""
    mandate = membership_for(journey, session)
    if client.first_party or mandate is None:
        return Gate.OPEN
    if mandate.delegation_id is not None:
        return Gate.OPEN if admissions.delegation_allows(mandate.delegation_id) else Gate.DELEGATION
    if Admission.admits(mandate.organization_id, client.id):
        return Gate.OPEN
    return Gate.HOLDER if mandate.holder else Gate.COLLEAGUE


def is_due(journey: Journey) -> bool:
    """Whether the person can go no further by themselves; a holder can, by consenting."""
    client, session = registered.find(journey.client_id or ""), current.session()
    if client is None or session is None:
        return False
    return gate(journey, session, client) in (Gate.COLLEAGUE, Gate.DELEGATION)


STEP = Step("admission", is_due, screen="consent.admission", silent_error="interaction_required")


def state(organization_id: UUID, client_id: UUID) -> Answer:
    """What became of the newest request for that application, as long as it may not be asked again."""
    last, now = Admission.last(organization_id, client_id), clock.now()
    if last and last.asked_at and last.granted_at is None and now < last.asked_at + settings.admission_asked_again:
        return Answer.REFUSED if last.ended_at else Answer.WAITS
    return Answer.NONE if Colleague.holders(organization_id, now) else Answer.NOBODY


def ask(session: LiveSession, client: RegisteredClient, organization: Organization) -> bool:
    """Send a colleague's request to each holder, once for all of the company; False when that person asks too often."""
    if state(organization.id, client.id) is not Answer.NONE:
        return True
    if not rates.within("admission", str(session.account_id), MOST_AN_HOUR):
        return False
    now, last = clock.now(), Admission.last(organization.id, client.id)
    if last is not None and last.ended_at is None:
        Admission.end(last.id, None, now)  # nobody answered it in time
    admission_id = Admission.ask(organization.id, client.id, session.account_id, now)
    if admission_id is not None:
        _send(session, client, organization)
        _record(Event.ADMISSION_ASKED, client.id, organization.id, admission_id, subject=session.account_id)
    return True


def give(session: LiveSession, client: RegisteredClient, organization_id: UUID) -> None:
    """A holder opens their company to an application, by consenting to it."""
    admission_id = Admission.give(organization_id, client.id, session.account_id, clock.now())
    if admission_id is not None:
        _record(Event.ADMISSION_GRANTED, client.id, organization_id, admission_id, subject=session.account_id)


def shown(held: Held) -> list[Shown]:
    """What waits and what holds in a company, the newest first; applications that are disabled left out."""
    found = Admission.of(held.id)
    clients = models.clients(one.client_id for one in found)
    return [_shown(one, clients[one.client_id]) for one in found if one.client_id in clients]


def find(held: Held, admission_id: UUID) -> Shown | None:
    """One that waits or holds; None when it is over. Raises `NotFound` for one that is none of theirs."""
    found = _find(held, admission_id)
    client = models.clients([found.client_id]).get(found.client_id)
    return _shown(found, client) if client is not None and found.ended_at is None else None


def allow(held: Held, admission_id: UUID) -> None:
    """Say yes to a request; nothing happens when it was answered before. Raises `NotFound`."""
    still(held)
    found, who = _find(held, admission_id), held.holder.account_id
    if Admission.grant(found.id, who, clock.now()):
        _record(Event.ADMISSION_GRANTED, found.client_id, held.id, found.id, subject=who)


def refuse(held: Held, admission_id: UUID) -> None:
    """Say no to a request. Raises `NotFound`."""
    found = _find(held, admission_id)
    if found.granted_at is None:
        _end(held, found, Event.ADMISSION_REFUSED)


def withdraw(held: Held, admission_id: UUID) -> None:
    """Close the company to an application: every grant of its own people ends at once. Raises `NotFound`.

    The admission goes first: an authorization that stands on it at this very moment is waited for, and its grant found.
    What firms do by a delegation is ruled by the delegation.
    """
    found = _find(held, admission_id)
    if found.granted_at is None or not _end(held, found, Event.ADMISSION_WITHDRAWN):
        return
    theirs = (Grant.organization_id == held.id, Grant.client_id == found.client_id)
    for grant_id in Grant.end_where(*theirs, Grant.membership_id.is_not(None)):
        house.ended("grant", grant_id)


def _find(held: Held, admission_id: UUID) -> Admission:
    found = Admission.find(held.id, admission_id)
    if found is None:
        raise NotFound("no such request or application in that organization")
    return found


def _end(held: Held, found: Admission, what: Event) -> bool:
    who = held.holder.account_id
    done = Admission.end(found.id, who, clock.now())
    if done:
        _record(what, found.client_id, held.id, found.id, subject=who)
    return done


def _shown(found: Admission, client: Client) -> Shown:
    person = models.name_of(found.asked_by_id) if found.asked_by_id else None
    return Shown(found.id, client, person, found.asked_at, found.granted_at)


def _send(session: LiveSession, client: RegisteredClient, organization: Organization) -> None:
    told: dict[str, Any] = {
        "person": f"{session.given_names} {session.family_name}",
        "application": client.name,
        "company": organization.name,
        "link": f"{settings.issuer}/",  # never to a page that asks for a password (LNK-14)
    }
    for holder in Colleague.holders(organization.id, clock.now()):
        if holder.canonical is not None:
            told |= {"fund_id": organization.fund_id, "locale": holder.locale}
            outbox.send_mail("consent/admission", holder.canonical, **told)


def _record(what: Event, client_id: UUID, organization_id: UUID, admission_id: UUID, *, subject: UUID) -> None:
    details = {"admission": str(admission_id)}
    log.record(what, subject=subject, client=client_id, organization=organization_id, details=details)
