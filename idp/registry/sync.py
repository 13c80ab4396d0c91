"""A feed into the register: staged, checked as a whole, then applied in one transaction, or not at all.

What a file says is written; what it does not name is left alone. Three things ask for an operator's word, because a
wrong file looks just like them: many organizations that are missing, a number that goes to another company, and a
number that comes back after its organization ended.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.db import new_id
from idp.extensions import house
from idp.registry.feed import Fault, Line
from idp.registry.models import Fund
from idp.registry.staging.models import Import, Key, Resited

MOST_REASONS = 100
"""So many bad lines are told one by one; all are counted."""
SMALL_SHARE = 100
"""One in so many organizations of a fund may be missing from a complete file without a word."""


class ImportRefused(Exception):
    """Nothing was changed: these are the first bad lines, or the brake that held; `count` is how many there are."""

    def __init__(self, faults: list[Fault], count: int | None = None) -> None:
        super().__init__(f"{count or len(faults)} faults")
        self.faults, self.count = faults, count or len(faults)


@dataclass(frozen=True)
class Allowed:
    """What the operator said beside the file. Each of `restored` is a fund's code and a number."""

    complete: bool = False
    """The file names every organization of its funds: the others end."""
    ending: int = 0
    siren_changes: int = 0
    restored: frozenset[tuple[str, str]] = frozenset()


@dataclass
class Report:
    """What became of the lines, and of what they do not name. Counts are exact, of a dry run too."""

    lines: int = 0
    added: int = 0
    changed: int = 0
    ended: int = 0
    restored: int = 0
    left_closed: list[str] = field(default_factory=list)
    """`fund:number` of what had ended and stands open in the file: no file alone brings an organization back."""
    missing_ended: int = 0
    left_alone: int = 0
    """Open organizations of the file's funds that it does not name."""
    followed: Mapping[str, int] = field(default_factory=dict)
    """What the slices above did with it, in their words."""

    @property
    def unchanged(self) -> int:
        """Lines that say what the register says."""
        return self.lines - self.added - self.changed - self.ended - self.restored - len(self.left_closed)

    def counts(self) -> dict[str, int]:
        """Each count by its name: the lines' own first, then the rest."""
        return {
            "lines": self.lines,
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "ended": self.ended,
            "restored": self.restored,
            "left_closed": len(self.left_closed),
            "missing_ended": self.missing_ended,
            "left_alone": self.left_alone,
            **self.followed,
        }


def run(feed: Iterable[Line | Fault], allowed: Allowed) -> Report:
    """Bring the register up to date with a feed, in the present unit of work.

    Raises `ImportRefused` where a line is bad, a brake holds, or another import runs: the unit of work is to be undone.
    """
    if not Import.take_turn():
        raise ImportRefused([Fault(0, "another import is running")])
    now = clock.now()
    funds = {fund.code: _Fund(fund.id, now.astimezone(ZoneInfo(fund.time_zone)).date()) for fund in Fund.all()}
    work = Import(new_id(), now, frozenset(_named(funds, allowed.restored)))
    named: set[str] = set()
    report = Report(lines=_stage(work, feed, funds, named))
    _refuse_contradictions(work)
    resited = work.resited()
    _refuse_siren_changes(resited, allowed)
    missing = work.missing([funds[code].id for code in named])
    report.left_alone = sum(absent for _, absent in missing.values())
    if allowed.complete:
        _refuse_endings(missing, allowed)
    _apply(work, report)
    if allowed.complete:
        report.missing_ended, report.left_alone = report.left_alone, 0
        _tell_ended(work.end_missing(missing))
    codes = {fund.id: code for code, fund in funds.items()}
    report.left_closed = [f"{codes[fund_id]}:{number}" for fund_id, number in work.left_closed()]
    for _, organization, former, new in resited:
        log.record(Event.SIRET_CHANGED, organization=organization, details={"from": former, "to": new})
    log.record(Event.REGISTER_IMPORTED, details={"funds": sorted(named), **report.counts()})
    work.forget()
    return report


class _Fund(NamedTuple):
    """A fund, and which day it is there."""

    id: UUID
    today: date


def _named(funds: Mapping[str, _Fund], restored: Iterable[tuple[str, str]]) -> Iterator[Key]:
    for code, number in restored:
        if code not in funds:
            raise ImportRefused([Fault(0, f"{code!r} is no fund here")])
        yield funds[code].id, number


def _stage(work: Import, feed: Iterable[Line | Fault], funds: Mapping[str, _Fund], named: set[str]) -> int:
    """Write every good line down, as long as no bad one was met; the bad ones are told together."""
    faults: list[Fault] = []
    bad = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal bad
        for line in feed:
            if isinstance(line, Line) and line.fund not in funds:
                line = Fault(line.line, f"fund: {line.fund!r} is no fund here")
            if isinstance(line, Fault):
                bad += 1
                faults.extend([line] if bad <= MOST_REASONS else [])
            elif not bad:
                named.add(line.fund)
                yield _row(line, funds[line.fund])

    lines = work.stage(rows())
    if bad:
        raise ImportRefused(faults, bad)
    if not lines:
        raise ImportRefused([Fault(0, "the file names no organization")])
    return lines


def _row(line: Line, fund: _Fund) -> dict[str, Any]:
    return {
        "line": line.line,
        "fund_id": fund.id,
        "number": line.number,
        "siret": line.siret,
        "name": line.name,
        "kind": line.kind,
        "parent_number": line.parent,
        "holder_civility": line.civility,
        "holder_given_names": line.given_names,
        "holder_family_name": line.family_name,
        "address": line.address,
        "overseas": line.overseas,
        "closed_on": line.closed_on if line.closed_on and line.closed_on <= fund.today else None,
    }


def _refuse_contradictions(work: Import) -> None:
    """What is good line by line may not stand together, nor beside the register."""
    faults = [Fault(line, f"number: line {first} has it already") for line, first in work.doubles(MOST_REASONS)]
    faults += [Fault(line, f"parent: no member has the number {number}") for line, number in work.orphans(MOST_REASONS)]
    faults += [
        Fault(line, f"kind: the number is a {kind}'s; an organization of another kind has another number")
        for line, kind in work.turned(MOST_REASONS)
    ]
    if faults:
        raise ImportRefused(sorted(faults)[:MOST_REASONS], len(faults))


def _refuse_siren_changes(resited: Iterable[Resited], allowed: Allowed) -> None:
    """A seat that moves keeps its SIREN; another SIREN is another company, and must not inherit the accounts."""
    faults = [
        Fault(line, f"siret: the number was of the company {former[:9]}, and is of {new[:9]} here")
        for line, _, former, new in resited
        if former[:9] != new[:9]
    ]
    if len(faults) > allowed.siren_changes:
        hint = Fault(0, f"if it is the same member each time, say so: --allow-siren-changes {len(faults)}")
        raise ImportRefused([hint, *faults[:MOST_REASONS]], len(faults))


def _refuse_endings(missing: Mapping[UUID, tuple[int, int]], allowed: Allowed) -> None:
    total = sum(absent for _, absent in missing.values())
    if total > allowed.ending and any(absent * SMALL_SHARE > open_ for open_, absent in missing.values()):
        reason = (
            f"{total} organizations are missing, more than 1 % of a fund's: if they did end, --allow-ending {total}"
        )
        raise ImportRefused([Fault(0, reason)])


def _apply(work: Import, report: Report) -> None:
    report.added = work.add("member", "firm") + work.add("site")  # a site's parent must stand before it
    moved = work.moved()
    report.changed = work.change()
    ended, restored = work.end(), work.restore()
    report.ended, report.restored = len(ended), len(restored)
    if len(restored) < len(work.restored):
        raise ImportRefused([Fault(0, "not every number to restore has ended and stands open in the file")])
    _tell_ended(ended)
    for organization in restored:
        log.record(Event.ORGANIZATION_RESTORED, organization=organization)
    report.followed = house.imported(work.id, moved)


def _tell_ended(organizations: Iterable[UUID]) -> None:
    for organization in organizations:
        house.ended("organization", organization)
        log.record(Event.ORGANIZATION_ENDED, organization=organization)
