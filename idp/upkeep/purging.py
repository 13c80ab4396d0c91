"""The retention of the house, run in bounded batches: nobody waits for long, and a kill loses nothing."""

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.db import unit_of_work
from idp.extensions import Kept, house

BATCH = 1000
"""Rows deleted in one transaction."""


def purge() -> dict[str, int]:
    """Delete all that is due, each batch in a transaction of its own; how many there were of each kind."""
    counts = {kept.what: _purged(kept) for kept in house.retention}
    with unit_of_work():
        log.record(Event.PURGED, details=dict(counts))
    return counts


def _purged(kept: Kept) -> int:
    before, total = clock.now() - kept.kept_for(), 0
    while True:
        with unit_of_work():
            count = kept.purge(before, BATCH)
        total += count
        if count < BATCH:
            return total
