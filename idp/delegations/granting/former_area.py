"""The accesses of firms that were in force in the former area, taken over from a file: all of it, or nothing."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple

from idp.delegations import sheets
from idp.delegations.granting import paper, terms
from idp.delegations.granting.paper import Mandate, Refusal
from idp.delegations.models import Delegation
from idp.delegations.sheets import Fault, Line
from idp.registry import directory
from idp.registry import siret as sirets

COLUMNS = ("fund", "number", "firm", "rights", "until")
DAYS = ("%Y-%m-%d", "%d/%m/%Y")

REASONS: Mapping[Refusal | terms.Fault, str] = {
    Refusal.HERE: "that firm acts for the company, or is asked to, already",
    Refusal.NO_FIRM: "no firm of that SIRET was proven: see `idp delegations prove-firm`",
    Refusal.CLOSED: "the company has closed, or is a firm itself",
    terms.Fault.NO_RIGHTS: "no right that there is",
    terms.Fault.PAST: "its last day has passed",
    terms.Fault.TOO_LONG: "its last day is too far: see IDP_DELEGATION_LONGEST",
}


class Report(NamedTuple):
    """How many accesses go on, how many were known, and why lines cannot be taken."""

    taken_over: int
    known: int
    faults: list[Fault]


def take_over(data: bytes, name: str) -> Report:
    """Take over each line of a CSV file; with any fault the caller undoes all of it."""
    lines = sheets.read(data, COLUMNS)
    if isinstance(lines, Fault):
        return Report(0, 0, [lines])
    done = [_line(line, name) for line in lines]
    faults = [one for one in done if isinstance(one, Fault)]
    return Report(done.count(True), done.count(False), faults)


def day(text: str) -> date | None:
    """`2026-12-31` or `31/12/2026`."""
    for written in DAYS:
        try:
            return datetime.strptime(text, written).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None


def _line(line: Line, name: str) -> bool | Fault:
    cells = {column: line.cells.get(column, "") for column in COLUMNS}
    organization = directory.find(cells["fund"], cells["number"])
    until = day(cells["until"])
    if organization is None:
        return Fault(line.number, "no organization has that number in that fund:", cells["number"])
    if until is None:
        return Fault(line.number, "not a day:", cells["until"])
    try:
        firm = sirets.parse(cells["firm"])
    except sirets.NotASiret:
        return Fault(line.number, "not a SIRET:", cells["firm"])
    wanted = terms.of(cells["rights"].split(), until)
    if len(wanted.rights) != len(set(cells["rights"].split())):
        return Fault(line.number, "rights that there are not among:", cells["rights"])
    done = paper.take_over(Mandate(organization, firm, wanted, f"{name}:{line.number}"[:200]))
    if done is Refusal.HERE:
        return False
    return True if isinstance(done, Delegation) else Fault(line.number, REASONS[done])
