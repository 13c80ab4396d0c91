"""What the night does: remind of what ends, ask new holders, suspend what they do not confirm, and write digests."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from idp import clock
from idp.accounts.models import Reachable
from idp.delegations.granting import firms, standing, telling
from idp.delegations.granting.due import models as due
from idp.delegations.granting.telling import What
from idp.delegations.models import Delegation
from idp.delivery import outbox
from idp.registry.models import Organization
from idp.settings import settings

SOON = timedelta(days=7)
"""A new holder who has not answered is reminded so long before the end."""


class Done(NamedTuple):
    """How many delegations of each kind were dealt with."""

    reminded: int = 0
    asked: int = 0
    suspended: int = 0
    followed: int = 0
    """Given to a firm that was proven since."""

    @property
    def total(self) -> int:
        """All of them."""
        return sum(self)


def remind(most: int) -> Done:
    """Deal with so many of each kind at most; once each, whoever runs this how often."""
    asked = _ask(most) + _ask_again(most)
    return Done(_remind_of_ends(most), asked, _suspend(most), firms.follow_late(most))


def digest(most: int) -> int:
    """Write the digests of so many firms at most; how many there were. What is told is told once."""
    firms = due.firms_with_news(most)
    for firm in firms:
        _tell(firm, due.take_news(firm.id))
    return len(firms)


def _tell(firm: Organization, news: list[str]) -> None:
    counts = {what: news.count(what) for what in dict.fromkeys(news)}
    for person in telling.holders(firm.id):
        _send_digest(firm, person, counts)


def _send_digest(firm: Organization, to: Reachable, counts: dict[str, int]) -> None:
    told: dict[str, Any] = {"firm": firm.name, "counts": counts}
    outbox.send_mail("delegations/digest", to.canonical, fund_id=firm.fund_id, locale=to.locale, urgent=False, **told)


def _remind_of_ends(most: int) -> int:
    now = clock.now()
    steps = [(now + before, times) for times, before in enumerate(_before(), start=1)]
    ending = due.ending(steps, now, most)
    for one, organization in ending:
        one.reminders = max(times for until, times in steps if one.ends_at <= until)
        telling.tell_both(one, organization, What.ENDING)
    return len(ending)


def _ask(most: int) -> int:
    """A holder who delegated is none any more: the mandate is the company's, and whoever holds it now is asked."""
    now = clock.now()
    orphans = due.without_their_holder(now, most)
    for one, organization in orphans:
        one.confirm_by_at, one.confirm_reminders = now + settings.delegation_confirmed_within, 0
        telling.tell_member(one, organization, What.CONFIRM)
    return len(orphans)


def _ask_again(most: int) -> int:
    waiting = due.to_confirm_before(clock.now() + SOON, clock.now(), most)
    for one, organization in waiting:
        one.confirm_reminders = 1
        telling.tell_member(one, organization, What.CONFIRM)
    return len(waiting)


def _suspend(most: int) -> int:
    late: Iterable[tuple[Delegation, Organization]] = due.not_confirmed(clock.now(), most)
    return sum(standing.suspend(one, organization, standing.UNCONFIRMED) for one, organization in late)


def _before() -> list[timedelta]:
    return sorted(settings.delegation_reminders_before, reverse=True)
