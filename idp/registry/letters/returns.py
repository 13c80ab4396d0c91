"""Letters that came back undelivered: their codes die, and no other."""

from collections.abc import Iterable
from typing import NamedTuple

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.registry.models import EnrolmentCode

MOST_REASONS = 100


class Counts(NamedTuple):
    """How many codes died, and how many had come back before or been used."""

    killed: int
    known: int


class UnknownReferences(ValueError):
    """Lines that are no reference of a letter of ours; nothing was changed."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(f"{len(reasons)} lines")
        self.reasons = reasons[:MOST_REASONS]


def kill(lines: Iterable[str]) -> Counts:
    """Kill the codes of these references, one a line as printed: `fund/batch/position`. Blank lines do not count.

    In the present unit of work. Raises `UnknownReferences`, with every line at fault.
    """
    found: list[EnrolmentCode] = []
    unknown = []
    for number, line in enumerate(lines, 1):
        reference = line.strip()
        code = _letter(reference) if reference else None
        if code:
            found.append(code)
        elif reference:
            unknown.append(f"line {number}: {reference[:80]!r} is the reference of no letter")
    if unknown:
        raise UnknownReferences(unknown)
    now = clock.now()
    killed = [code for code in found if code.kill_returned(now)]
    for code in killed:
        log.record(Event.LETTER_RETURNED, organization=code.organization_id)
    return Counts(len(killed), len(found) - len(killed))


def _letter(reference: str) -> EnrolmentCode | None:
    fund, _, rest = reference.partition("/")
    batch, _, position = rest.partition("/")
    if not (position.isascii() and position.isdigit() and len(position) < 10):
        return None
    return EnrolmentCode.by_reference(fund, batch, int(position))
