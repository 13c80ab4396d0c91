"""How much may be sent: to one address, one number, for one account, from one network, by the house.

What is over a budget is not sent, and what was sent before stays good.
"""

from datetime import timedelta
from uuid import UUID

import structlog

from idp import clock, extensions
from idp.audit import origin
from idp.db import db
from idp.proofs import rates
from idp.proofs.models import DAY, Attempt, Rung
from idp.settings import settings

HOUR = timedelta(hours=1)
BLOCK_DIGITS = 3
"""A block is a thousand numbers: the last digits do not count."""

log = structlog.get_logger("idp.proofs.budgets")


def allow_mail(address: str) -> bool:
    """Whether one more mail that someone asked for may go to that canonical address; it is counted if so (LNK-8)."""
    return _spend("mail", address, _ladder(timedelta(), settings.mails_an_hour, settings.mails_a_day))


def allow_sms(number: str, target_id: UUID) -> bool:
    """Whether one more SMS may go to that number (E.164), for that account or opening; it is counted if so (SMS-4)."""
    again, a_day = settings.sms_again_after, settings.sms_a_day
    return (
        _spend("sms:number", number, _ladder(again, settings.sms_an_hour, a_day))
        and _spend("sms:target", str(target_id), _ladder(again, a_day, a_day))
        and _network_may()
        and _block_may(number)
        and _house_may()
    )


def _spend(kind: str, who: str, rungs: list[Rung]) -> bool:
    """Count one more in this unit of work, under a keyed digest: what is undone was not sent, and is not counted."""
    key = extensions.purposes.mac(f"budget:{kind}", who)
    return Attempt.reserve(db.session(), key, clock.now(), rungs)


def _ladder(again: timedelta, an_hour: int, a_day: int) -> list[Rung]:
    """The next after a moment, then after an hour, then after a day: no hour, and no day, sees more than it may."""
    now = clock.now()
    soon = now + again if again else now - DAY  # well past: one of a moment ago, or of a slower clock, is no reason
    return [(min(an_hour, a_day) - 1, soon), (a_day - 1, now + HOUR), (a_day, now + DAY)]


def _network_may() -> bool:
    """A command has no network."""
    if origin.current().network is None:
        return True
    return rates.within("sms", rates.network(), settings.sms_an_hour_from_network)


def _block_may(number: str) -> bool:
    block = extensions.purposes.mac("budget:sms:block", number[:-BLOCK_DIGITS]).hex()
    return extensions.store.count(f"sms-block:{block}", DAY) <= settings.sms_a_day_to_block


def _house_may() -> bool:
    count = extensions.store.count("sms-house:day", DAY)
    if count == settings.sms_a_day_in_all + 1:
        log.error("proofs:budget:exhausted", budget="IDP_SMS_A_DAY_IN_ALL", most=settings.sms_a_day_in_all)
    return count <= settings.sms_a_day_in_all
