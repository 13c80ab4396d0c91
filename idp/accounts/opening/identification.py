"""Step 1 of an opening: identifier and provisional code of two letters, and the SIRET (guide, « Étape 1/2 »)."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import structlog

from idp import errors
from idp.accounts.models import Membership
from idp.accounts.opening import waiting
from idp.accounts.opening.draft import Draft
from idp.audit import log
from idp.audit.events import Event
from idp.db import own_transaction
from idp.extensions import postal
from idp.journey.models import Journey
from idp.journey.steps import Step
from idp.proofs import rates
from idp.registry import directory, enrolment
from idp.settings import settings
from keys.errors import Busy

FACT = "account_opened"
alarm = structlog.get_logger("idp.accounts.opening")


class Reason(StrEnum):
    """Why a first step is refused."""

    NO_MATCH = "no_match"
    """One and the same, whatever is wrong (OPN-1)."""
    TOO_MANY = "too_many"
    WAIT = "wait"
    """This identifier is tried so often that everyone waits a moment first."""


@dataclass(frozen=True)
class Identity:
    """What was typed: the identifier, the fourteen digits of the SIRET, and the code as it is."""

    number: str
    siret: str
    code: str


@dataclass(frozen=True)
class Visitor:
    """Who types it: a browser, perhaps on its way to a portal, and the waiting ticket it holds."""

    browser: str
    journey: Journey | None = None
    locale: str | None = None
    ticket: str = ""


@dataclass(frozen=True)
class Match:
    """What the three open, when they belong together."""

    organization_id: UUID
    fund_id: UUID
    code_id: UUID


def is_due(journey: Journey) -> bool:
    """Whether a portal asked that an account be opened first (Initiating User Registration 1.0), and none was yet."""
    return "create" in journey.prompts and FACT not in journey.facts


STEP = Step("opening", is_due, screen="accounts.opening", silent_error="interaction_required")


def identify(identity: Identity, visitor: Visitor) -> Draft | Reason:
    """Begin an opening when the three belong together. Raises `errors.Busy`: then no code was tried.

    Tries are counted before anything is looked at, by network and by identifier with network; the identifier alone
    never refuses anybody (OPN-12). Whatever is wrong, the work and the answer are the same (OPN-1).
    """
    match = prove(identity, visitor)
    if isinstance(match, Reason):
        log.record(Event.OPENING_REFUSED, reason=match)
        return match
    log.record(Event.OPENING_IDENTIFIED, organization=match.organization_id)
    draft = Draft(
        organization_id=str(match.organization_id),
        fund_id=str(match.fund_id),
        code_id=str(match.code_id),
        browser=visitor.browser,
        journey_id=str(visitor.journey.id) if visitor.journey else None,
        locale=visitor.locale,
    )
    draft.save()
    return draft


def prove(identity: Identity, visitor: Visitor, *, held: bool = False) -> Match | Reason:
    """What the three open together; `held`: also where somebody holds it already. Raises `errors.Busy`.

    This counts, and costs, whatever `identify` says: an account that takes a further company in asks the same.
    """
    if not _may_try(identity.number):
        return Reason.TOO_MANY
    if _is_stormed(identity.number) and not waiting.has_waited(visitor.browser, visitor.ticket):
        return Reason.WAIT
    return _match(identity, visitor.journey, held) or Reason.NO_MATCH


def leave(journey: Journey) -> None:
    """The person has an account already, and goes on to sign in."""
    journey.facts[FACT] = "no"
    journey.save()


def _match(identity: Identity, journey: Journey | None, held: bool) -> Match | None:
    """Three statements and the same hashes, for no organization too; none is open while they are computed (PWD-6)."""
    preferred = journey.fund_id if journey else None
    try:
        with postal.place():
            with own_transaction(writes=False) as own:
                found = directory.member(own, identity.number, identity.siret, preferred)
                codes = enrolment.live(own, found.id if found else None)
                is_taken = Membership.has_holder(own, codes.owner)
            code_id = enrolment.check(codes, identity.code)
    except Busy as error:
        raise errors.Busy("the password path is full") from error
    if found is None or code_id is None or (is_taken and not held):
        return None
    return Match(found.id, found.fund_id, code_id)


def _may_try(number: str) -> bool:
    network = rates.network()
    mine = rates.within("opening", f"{number} {network}", settings.opening_tries)
    ours = rates.within("opening-network", network, settings.network_tries)
    return mine and ours


def _is_stormed(number: str) -> bool:
    tries, most = rates.count("opening-number", number), settings.opening_challenge_after
    if tries == most + 1:
        alarm.warning("accounts:opening:stormed", most=most)
    return tries > most
