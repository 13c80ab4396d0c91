"""Step 3: the link of the mail makes an account of an opening, and spends the code (guide, « Finalisation »)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from idp import clock, errors
from idp.accounts import email_certification, memberships
from idp.accounts.models import Account, EmailAddress, PhoneNumber, TermsAcceptance
from idp.accounts.opening import identification
from idp.accounts.opening.contact import ACTIVATION
from idp.accounts.opening.models import Opening
from idp.audit import log, origin
from idp.audit.events import Event
from idp.db import db, new_id, own_transaction
from idp.extensions import house, passwords
from idp.journey.models import Journey
from idp.proofs import links, throttle
from idp.proofs.throttle import Reservation
from idp.registry import enrolment
from idp.registry.models import Organization
from idp.sessions import current, lifecycle
from idp.sessions.lifecycle import OpenSession
from keys.errors import Busy


class Reason(StrEnum):
    """Why a link activates nothing."""

    UNKNOWN = "unknown"
    """Expired, of an address that was corrected, or none of ours."""
    DONE = "done"
    PASSWORD = "password"  # noqa: S105 - a reason
    """Another browser than that of step 2: the password chosen there is asked for (OPN-13)."""
    WRONG_PASSWORD = "wrong_password"  # noqa: S105
    TOO_MANY = "too_many"
    ADDRESS_TAKEN = "address_taken"
    OPENED = "opened"
    """The code was spent meanwhile: someone else opened this company's account."""


@dataclass(frozen=True)
class Refused:
    """A link that activated nothing; `retry_at` where there were too many tries."""

    reason: Reason
    retry_at: datetime | None = None


@dataclass(frozen=True)
class Activated:
    """The account, the session that began, the fund whose portal comes next, and the journey that waits, if any."""

    account_id: UUID
    session: OpenSession
    fund_id: UUID
    journey: Journey | None


def activate(secret: str, browser: str | None, password: str = "") -> Activated | Refused:
    """Use the link. Raises `errors.Busy`: then no try was counted.

    A try of the password is counted and committed before it is verified, and no transaction is open meanwhile (LOG-2).
    """
    opening = _behind(secret)
    if opening is None:
        return _refused(Reason.DONE if links.spent(ACTIVATION, secret) else Reason.UNKNOWN)
    if opening.browser == browser:
        return _settled(secret, opening, browser, None)
    if not password:
        return Refused(Reason.PASSWORD)
    try:
        with passwords.place():
            with own_transaction() as own:
                reservation = throttle.reserve(own, ACTIVATION, str(opening.id))
            if not reservation.allowed:
                return _refused(Reason.TOO_MANY, opening, reservation.retry_at)
            fits = passwords.verify(opening.password_hash or None, password)
    except Busy as error:
        raise errors.Busy("the password path is full") from error
    if not fits:
        return _refused(Reason.WRONG_PASSWORD, opening)
    return _settled(secret, opening, browser, reservation)


def _behind(secret: str) -> Opening | None:
    with own_transaction(writes=False) as own:
        opening_id = links.look(ACTIVATION, secret, own)
        return Opening.live(opening_id, own) if opening_id else None


def _settled(
    secret: str, opening: Opening, browser: str | None, reservation: Reservation | None
) -> Activated | Refused:
    """One winner: the opening, its link and its code are each used once, or nothing is."""
    method = "pwd" if reservation else "mail"
    with db.session.begin_nested() as attempt:
        account = _account_of(opening)
        reason = _use_up(secret, opening, account)
        if reason is not None:
            attempt.rollback()
    if reason is not None:
        return _refused(reason, opening)
    if reservation is not None:
        throttle.settle(reservation)
    organization = _enter(account, opening)
    session = lifecycle.start(account.id, method=method, former=current.session())
    origin.acts(account.id)
    log.record(Event.ACCOUNT_ACTIVATED, subject=account.id, organization=organization.id, session=session.id)
    current.start(session)
    return Activated(account.id, session, organization.fund_id, _journey(opening, browser, session))


def _use_up(secret: str, opening: Opening, account: Account) -> Reason | None:
    if not Opening.claim(opening, clock.now()):
        return _why_not(secret, opening)
    if links.redeem(ACTIVATION, secret, bound_to=opening.canonical) is None:
        return Reason.UNKNOWN
    if not enrolment.consume(opening.enrolment_code_id):
        return Reason.OPENED
    return None if account.add() else Reason.ADDRESS_TAKEN


def _why_not(secret: str, opening: Opening) -> Reason:
    """What became of an opening that was there a moment ago."""
    if links.spent(ACTIVATION, secret):
        return Reason.DONE
    return Reason.ADDRESS_TAKEN if Account.by_email(opening.canonical) else Reason.UNKNOWN


def _account_of(opening: Opening) -> Account:
    now = clock.now()
    account = Account(
        id=new_id(),
        civility=opening.civility,
        given_names=opening.given_names,
        family_name=opening.family_name,
        locale=opening.locale,
        password_hash=opening.password_hash,
        password_set_at=now,
        created_at=now,
        updated_at=now,
        activated_at=now,
    )
    due_at = email_certification.first_due(account.id, now)
    dates = {"certified_at": now, "certification_due_at": due_at, "created_at": now}
    account.email = EmailAddress(typed=opening.typed, canonical=opening.canonical, **dates)
    if opening.mobile:
        certified_at = opening.mobile_certified_at
        mobile = PhoneNumber(kind="mobile", number=opening.mobile, certified_at=certified_at, created_at=now)
        account.phones.append(mobile)
    if opening.fixed:
        account.phones.append(PhoneNumber(kind="fixed", number=opening.fixed, created_at=now))
    return account


def _enter(account: Account, opening: Opening) -> Organization:
    """Make the person a holder of the member and of its sites; let nothing of other openings live on (OPN-9)."""
    organization = Organization.by_id(opening.organization_id)
    assert organization is not None, "an opening goes with its organization"
    account.fund_id = organization.fund_id  # whose register gave the names
    for held in (organization, *organization.open_sites()):
        memberships.link(account, held, holder=True)
    if opening.terms_id is not None and opening.terms_accepted_at is not None:
        TermsAcceptance.add(account.id, opening.terms_id, opening.terms_accepted_at)
    house.opened(organization.id)
    links.kill(ACTIVATION, opening.id)
    for other_id in Opening.forget_others(opening):
        links.kill(ACTIVATION, other_id)
    return organization


def _journey(opening: Opening, browser: str | None, session: OpenSession) -> Journey | None:
    """The journey that waits in this browser, told that the person opened an account and is signed in."""
    journey = Journey.get(opening.journey_id) if opening.journey_id else None
    if journey is None or journey.browser != browser:
        return None
    journey.facts[identification.FACT] = str(opening.organization_id)
    try:
        journey.signed_in(session.id, clock.now())
    except errors.JourneyExpired:  # another tab went on with it meanwhile: the account is open all the same
        return None
    return journey


def _refused(reason: Reason, opening: Opening | None = None, retry_at: datetime | None = None) -> Refused:
    organization_id = opening.organization_id if opening else None
    log.record(Event.ACTIVATION_REFUSED, organization=organization_id, reason=reason)
    return Refused(reason, retry_at)
