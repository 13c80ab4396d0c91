"""What is unsafe or missing in this deployment, and what to do about it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from idp.db import UNREADABLE, unit_of_work
from idp.errors import Unavailable
from idp.ops.checks import database, front, house, machine, sealed, sending, shortlived
from idp.ops.checks.verdicts import Check, Seen, Verdict, wrong
from idp.settings import Settings

CHECKS: tuple[Check, ...] = tuple(
    check for part in (machine, front, database, shortlived, sealed, sending, house) for check in part.CHECKS
)


class Finding(NamedTuple):
    """One answer of the deployment to one check."""

    check: str
    why: str
    seen: Seen


def examine(chosen: Settings, checks: Sequence[Check] = CHECKS) -> Iterator[Finding]:
    """Ask each check that has a meaning here, in its order. What is away is a finding too."""
    for check in checks:
        if chosen.is_production or check.in_development:
            yield from (Finding(check.name, check.why, seen) for seen in _seen(check, chosen))


def obstacles(chosen: Settings) -> list[str]:
    """Why a server should not start: what is wrong among the checks that are asked then."""
    found = examine(chosen, [check for check in CHECKS if check.at_start])
    return [f"{one.check}: {one.seen.what}: {one.seen.do}" for one in found if one.seen.verdict == Verdict.WRONG]


def dangers(chosen: Settings) -> list[Finding]:
    """What is wrong and keeps no server from starting: it says so in its log. Nobody outside is asked."""
    found = examine(chosen, [check for check in CHECKS if check.told_at_start])
    return [one for one in found if one.seen.verdict == Verdict.WRONG]


def _seen(check: Check, chosen: Settings) -> list[Seen]:
    try:
        with unit_of_work(writes=False):
            return list(check.look(chosen))
    except Unavailable as error:
        return [
            wrong(f"no answer: {error}", "see IDP_DATABASE_URL and IDP_SHORTLIVED_URL, and whether the server runs")
        ]
    except UNREADABLE:
        return [wrong("the database does not answer, or has other tables", "see the check of the database above")]
