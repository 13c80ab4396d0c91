"""Certify an address: at activation, and again every year by a mail whose one button does it (guide, étape 2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from idp import clock
from idp.accounts.models import EmailAddress
from idp.accounts.renewal import models
from idp.accounts.renewal.models import Reminder
from idp.alive import LiveSession
from idp.audit import log
from idp.audit.events import Event
from idp.delivery import outbox
from idp.journey.models import Journey
from idp.journey.steps import Step
from idp.proofs import budgets, links
from idp.registry.models import Fund
from idp.sessions import current, lifecycle
from idp.settings import settings

PURPOSE = "email-certification"
SHORTEST = timedelta(days=1)
"""How long the link lives that was asked for on the way to a portal, when the grace is over."""


@dataclass(frozen=True)
class Certified:
    """An address that was certified just now, or, without `until`, earlier by the same link.

    `fund_id` is the fund of its person, if any, and `home_client_id` the portal to go to from there.
    """

    address: str
    fund_id: UUID | None
    home_client_id: str | None
    until: datetime | None = None


def first_due(account_id: UUID, now: datetime) -> datetime:
    """When an address certified at that instant for the first time is due: in the second half of the period.

    Always the same for an account, and spread over all of them: letters leave in waves, renewals must not.
    """
    half = settings.email_certified_for / 2
    return now + half + timedelta(seconds=account_id.int % int(half.total_seconds()))


def is_good(certified_at: datetime | None, due_at: datetime | None, now: datetime) -> bool:
    """Whether an address counts as certified at that instant, the grace included."""
    return certified_at is not None and (due_at is None or now < due_at + settings.email_certification_grace)


def is_due(journey: Journey) -> bool:
    """Whether who is signed in must certify their address before they go on."""
    session = current.session()
    return session is not None and session.email is not None and not _is_good(session)


STEP = Step(
    "email_certification", is_due, screen="accounts.email_certification_step", silent_error="interaction_required"
)


def ask(journey: Journey, session: LiveSession) -> bool:
    """Send the mail to who is signed in and asks for it; False when enough of them were sent (LNK-8)."""
    address = EmailAddress.live(session.account_id)
    if address is None or not budgets.allow_mail(address.canonical):
        return False
    send(address, urgent=True)
    journey.established("certification_asked", by=session.id)
    return True


def was_asked(journey: Journey, session: LiveSession) -> bool:
    """Whether that person asked for the mail on this journey."""
    return bool(journey.facts.get("certification_asked") == str(session.id))


def change(session: LiveSession) -> None:
    """End the session, as a sign-out does: the journey then asks who goes on."""
    lifecycle.end(session.id)
    current.forget()


def send(address: EmailAddress, *, urgent: bool) -> None:
    """Write the mail whose link works until the grace is over, and a day at least."""
    now, account = clock.now(), address.account
    until = max(now + SHORTEST, (address.certification_due_at or now) + settings.email_certification_grace)
    secret = links.issue(PURPOSE, account.id, until - now, bound_to=address.canonical)
    outbox.send_mail(
        "accounts/email_certification",
        address.canonical,
        fund_id=account.fund_id,
        locale=account.locale,
        expires_at=until,
        urgent=urgent,
        link=f"{settings.issuer}/{PURPOSE}/{secret}",
        address=address.typed,
        until=until,
    )
    log.record(Event.EMAIL_CERTIFICATION_SENT, subject=account.id)


def remind(most: int) -> int:
    """Write the reminders that are due, so many at most; how many there were. Once each, whoever runs this how often.

    Of those that an address has passed the last is sent, up to the end of the grace: one that was due while nobody ran
    this comes late.
    """
    due = _due()
    addresses = models.to_remind(due, most)
    for address in addresses:
        due_at = address.certification_due_at
        address.certification_reminders = max(one.times for one in due if due_at and due_at <= one.until)
        send(address, urgent=False)
    return len(addresses)


def count_to_remind() -> int:
    """How many reminders are due."""
    return models.count_to_remind(_due())


def _due() -> list[Reminder]:
    now, before = clock.now(), sorted(settings.email_reminders_before, reverse=True)
    since = now - settings.email_certification_grace
    return [Reminder(since, now + one, times) for times, one in enumerate(before, start=1)]


def certify(secret: str) -> Certified | None:
    """Use the link of such a mail: it alone certifies, and opens nothing. None when it is of no use any more.

    A link that was sent to another address than the account's present one is none, nor is one of a closed account.
    """
    account_id = links.look(PURPOSE, secret)
    address = EmailAddress.live(account_id) if account_id else None
    if address is None or links.redeem(PURPOSE, secret, bound_to=address.canonical) is None:
        return _done(secret)
    now = clock.now()
    address.certified_at, address.certification_reminders = now, 0
    address.certification_due_at = until = now + settings.email_certified_for
    links.kill(PURPOSE, address.account_id)
    log.record(Event.EMAIL_CERTIFIED, subject=address.account_id)
    return _certified(address, until)


def _done(secret: str) -> Certified | None:
    account_id = links.spent(PURPOSE, secret)
    address = EmailAddress.live(account_id) if account_id else None
    return _certified(address) if address else None


def _certified(address: EmailAddress, until: datetime | None = None) -> Certified:
    fund_id = address.account.fund_id
    fund = Fund.by_id(fund_id) if fund_id else None
    return Certified(address.typed, fund_id, fund.home_client_id if fund else None, until)


def _is_good(session: LiveSession) -> bool:
    return is_good(session.email_certified_at, session.email_certification_due_at, clock.now())
