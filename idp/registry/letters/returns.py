"""Letters that came back undelivered: their codes die, and no other; of notices it is noted."""

from collections.abc import Iterable
from typing import NamedTuple

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.registry.letters.models import Notice
from idp.registry.models import EnrolmentCode

MOST_REASONS = 100


class Counts(NamedTuple):
    """How many codes died, how many letters had come back before or been used, and how many notices came back."""

    killed: int
    known: int
    notices: int = 0


class UnknownReferences(ValueError):
    """Lines that are no reference of a letter of ours; nothing was changed."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(f"{len(reasons)} lines")
        self.reasons = reasons[:MOST_REASONS]


def kill(lines: Iterable[str]) -> Counts:
    """Kill the codes of these references, one a line as printed: `fund/batch/position`. Blank lines do not count.

    In the present unit of work. Raises `UnknownReferences`, with every line at fault.
    """
    found: list[EnrolmentCode | Notice] = []
    unknown = []
    for number, line in enumerate(lines, 1):
        reference = line.strip()
        letter = _letter(reference) if reference else None
        if letter:
            found.append(letter)
        elif reference:
            unknown.append(f"line {number}: {reference[:80]!r} is the reference of no letter")
    if unknown:
        raise UnknownReferences(unknown)
    now = clock.now()
    back = [one for one in found if (one.came_back(now) if isinstance(one, Notice) else one.kill_returned(now))]
    for one in back:
        about = {"about": str(one.about_id)} if isinstance(one, Notice) else None
        log.record(Event.LETTER_RETURNED, organization=one.organization_id, details=about)
    notices = sum(isinstance(one, Notice) for one in back)
    return Counts(len(back) - notices, len(found) - len(back), notices)


def _letter(reference: str) -> EnrolmentCode | Notice | None:
    fund, _, rest = reference.partition("/")
    batch, _, position = rest.partition("/")
    if not (position.isascii() and position.isdigit() and len(position) < 10):
        return None
    place = (fund, batch, int(position))
    return EnrolmentCode.by_reference(*place) or Notice.by_reference(*place)
