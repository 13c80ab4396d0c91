"""Provisional codes: what a typed one opens, once; who may have another letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.db import Transaction
from idp.extensions import postal
from idp.registry.models import EnrolmentCode, Organization
from idp.settings import settings

MOST_LIVE = 3
"""So many codes may live for one organization: no check computes more hashes, or fewer."""
NOBODY = UUID(int=0)
"""No organization: asked for, it costs as much as one."""


class Refusal(StrEnum):
    """Why no further letter leaves."""

    UNKNOWN = "there is no such member"
    LATELY = "they were asked for lately"
    ENDED = "it has ended"
    SITE = "a site's holder is its member's: write to the member"
    OPENED = "its account was opened"
    WAITING = "its letters leave with the next batch"
    ENOUGH = f"{MOST_LIVE} codes live: wait until one expires"


@dataclass(frozen=True)
class LiveCodes:
    """The codes that may open an organization: ids and hashes, read before any is computed."""

    owner: UUID
    codes: Sequence[tuple[UUID, str]] = ()


def live(own: Transaction, organization_id: UUID | None) -> LiveCodes:
    """The live codes of that organization, or of none: one statement, in a transaction that ends before they are used.

    None of it is open while hashes are computed (PWD-6).
    """
    owner = organization_id or NOBODY
    return LiveCodes(owner, EnrolmentCode.live(own, owner, clock.now(), MOST_LIVE))


def check(among: LiveCodes, typed: str) -> UUID | None:
    """Which of these codes was typed, by its id. Call it within `postal.place()`.

    Whatever the answer, and for no organization too: the same hashes (OPN-1).
    """
    decoys = [None] * (MOST_LIVE - len(among.codes))
    answers = postal.check(str(among.owner), [*(code_hash for _, code_hash in among.codes), *decoys], typed)
    return next((code_id for (code_id, _), fits in zip(among.codes, answers, strict=False) if fits), None)


def consume(code_id: UUID) -> bool:
    """Spend a code, and all others of its organization with it: True for one caller only, whichever of them it has.

    Expiry is judged by `check`, when the code is typed; the activation that follows may come later.
    """
    return EnrolmentCode.consume(code_id, clock.now())


def ask_again(organization: Organization | None) -> bool:
    """Letters said lost leave again with the next batch, to the registered address; no code dies of it (OPN-4).

    At most once in a while, whoever asks. Whether they leave or not, and for no organization too: the same statements.
    """
    codes = EnrolmentCode.of(organization.id if organization else NOBODY)
    since = clock.now() - settings.letters_asked_again_after
    was_lately = any(code.asked_by == "member" and code.asked_at > since for code in codes)
    refusal = _ask(organization, codes, "member", Refusal.LATELY if was_lately else None)
    if refusal:
        known = organization.id if organization else None
        log.record(Event.LETTERS_REFUSED, organization=known, reason=refusal.name.lower())
    return refusal is None


def reissue(organization: Organization) -> Refusal | None:
    """The fund itself sends the letters again, to the registered address; why not, otherwise. No code dies of it."""
    return _ask(organization, EnrolmentCode.of(organization.id), "operator")


def last_day(dated: date, overseas: bool) -> date:
    """The last day, included, of a code in a letter of that date."""
    lifetime = settings.provisional_code_lifetime_overseas if overseas else settings.provisional_code_lifetime
    return dated + timedelta(days=lifetime.days)


def end_of(day: date, zone: str) -> datetime:
    """The midnight that ends a day in a fund's time zone."""
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone))


def _ask(
    organization: Organization | None, codes: list[EnrolmentCode], asked_by: str, refusal: Refusal | None = None
) -> Refusal | None:
    refusal = refusal or _refusal(organization, codes)
    owner = organization.id if organization else NOBODY
    if not EnrolmentCode.add_waiting(owner, asked_by, clock.now(), may=refusal is None):
        return refusal or Refusal.WAITING
    log.record(Event.LETTERS_ASKED, organization=owner, reason=asked_by)
    return None


def _refusal(organization: Organization | None, codes: list[EnrolmentCode]) -> Refusal | None:
    now = clock.now()
    if organization is None:
        return Refusal.UNKNOWN
    unspent = [code for code in codes if code.consumed_at is None and code.returned_at is None]
    if organization.closed_at:
        return Refusal.ENDED
    if organization.kind == "site":
        return Refusal.SITE
    if any(code.consumed_at for code in codes):
        return Refusal.OPENED
    if any(code.code_hash is None for code in unspent):
        return Refusal.WAITING
    return Refusal.ENOUGH if sum(code.expires_at > now for code in unspent if code.expires_at) >= MOST_LIVE else None
