"""A delegation whose last day has passed ends for good: its grants end with it, their clients and both sides are told.

It is refused from the very second on, whether anybody ends it or not: what acts asks its last instant each time.
"""

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.db import unit_of_work
from idp.delegations.granting import models, telling
from idp.delegations.granting.due import models as due
from idp.delegations.granting.offering import facts
from idp.delegations.granting.states import OVER
from idp.delegations.granting.telling import What
from idp.extensions import house

BATCH = 50
"""Delegations ended in one transaction."""


def end_over() -> None:
    """End all that is over, each batch in a transaction of its own. Of several nodes, each takes what no other holds.

    Killed at any point, it loses nothing and tells nobody twice: what is said is written with the end.
    """
    while _is_due() and _end_some():
        pass


def _is_due() -> bool:
    with unit_of_work(writes=False):
        return due.is_over(clock.now())


def _end_some() -> int:
    with unit_of_work():
        return _end_batch()


def _end_batch() -> int:
    over = due.over(clock.now(), BATCH)
    for one, organization in over:
        models.end(one, OVER, one.ends_at)
        house.ended("delegation", one.id)
        telling.tell_both(one, organization, What.OVER)
        log.record(Event.DELEGATION_OVER, organization=organization.id, details=facts(one))
    return len(over)
