"""Reserve an attempt before it is verified, settle it after: a crash in between leaves it counted."""

from dataclasses import dataclass
from datetime import datetime

from idp import clock, extensions
from idp.db import Condition, Transaction, db
from idp.proofs.models import DAY, Attempt, Rung
from idp.settings import settings


@dataclass(frozen=True)
class Reservation:
    """One try of one login: allowed, or not before `retry_at`."""

    key: bytes
    allowed: bool
    retry_at: datetime | None = None


def reserve(own: Transaction, purpose: str, login: str) -> Reservation:
    """Count a try of that login, in a transaction of its own that is committed before anything is verified (LOG-2)."""
    now = clock.now()
    key = extensions.purposes.mac(f"throttle:{purpose}", login)
    if Attempt.reserve(own, key, now, _ladder(now)):
        return Reservation(key, allowed=True)
    return Reservation(key, allowed=False, retry_at=Attempt.allowed_from(own, key))


def waits_until(purpose: str, login: str) -> datetime | None:
    """When the next try of that login is allowed; None where it is now. Nothing is counted."""
    at = Attempt.allowed_from(db.session(), extensions.purposes.mac(f"throttle:{purpose}", login))
    return at if at is not None and at > clock.now() else None


def settle(reservation: Reservation, provided: Condition | None = None) -> bool:
    """The secret was right: forget the tries, provided a condition of the caller's still holds."""
    return Attempt.settle(reservation.key, clock.now(), provided)


def forgive(purpose: str, login: str) -> None:
    """Forget the tries of a login whose owner proved who they are in another way."""
    Attempt.settle(extensions.purposes.mac(f"throttle:{purpose}", login), clock.now())


def _ladder(now: datetime) -> list[Rung]:
    """No wait up to the limit, then a minute, doubling up to an hour, until the tries of a day are spent.

    The tries of a day are followed by a day of waiting, so no 24 hours ever see more of them.
    """
    tries, spent = settings.sign_in_tries, settings.sign_in_tries_a_day
    delay, longest = settings.sign_in_delay, settings.sign_in_longest_delay
    rungs = [(min(tries, spent) - 1, now - DAY)]  # well past: a try of a moment ago, or of a slower clock, is free too
    while tries < spent and delay < longest:
        rungs.append((tries, now + delay))
        tries, delay = tries + 1, 2 * delay
    return [*rungs, (spent - 1, now + longest), (spent, now + DAY)]
