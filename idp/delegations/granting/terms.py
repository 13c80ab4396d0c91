"""What a delegation gives, and until when: a last day, which ends at midnight where the fund is (DLG-1)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from idp import clock
from idp.accounts.models import RIGHTS
from idp.registry.models import Fund, Organization
from idp.settings import settings


class Fault(StrEnum):
    """Why such a delegation cannot be."""

    NO_RIGHTS = "no_rights"
    PAST = "past"
    """Its last day is over already."""
    TOO_LONG = "too_long_a_time"


@dataclass(frozen=True)
class Terms:
    """The rights given, the last day, who of the firm may use them, and what else is allowed."""

    rights: tuple[str, ...]
    ends_on: date
    all_staff: bool = True
    applications_allowed: bool = False
    machine_allowed: bool = False
    """Programs of the firm may act while nobody is there."""


def of(rights: Iterable[str], ends_on: date, **others: bool) -> Terms:
    """These terms, with the rights there are, in their order: nothing that is none of them is ever given (DLG-3)."""
    given = set(rights)
    return Terms(tuple(right for right in RIGHTS if right in given), ends_on, **others)


def fault(terms: Terms, organization: Organization) -> Fault | None:
    """What is wrong with them for that organization today, if anything is."""
    if not terms.rights:
        return Fault.NO_RIGHTS
    return day_fault(terms.ends_on, organization)


def day_fault(ends_on: date, organization: Organization) -> Fault | None:
    """What is wrong with that last day."""
    today = today_of(organization)
    if ends_on < today:
        return Fault.PAST
    return Fault.TOO_LONG if ends_on - today > settings.delegation_longest else None


def midnight_after(ends_on: date, zone: str) -> datetime:
    """The midnight that ends that day in that zone: the day is included."""
    return datetime.combine(ends_on + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))


def ends_at(ends_on: date, organization: Organization) -> datetime:
    """The same, where the organization's fund is."""
    return midnight_after(ends_on, zone_of(organization))


def today_of(organization: Organization) -> date:
    """The day it is where the organization's fund is."""
    return clock.now().astimezone(ZoneInfo(zone_of(organization))).date()


def a_year_from(day: date) -> date:
    """The same day of the next year, or the last of February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def zone_of(organization: Organization) -> str:
    """Where the days of an organization end."""
    fund = Fund.by_id(organization.fund_id)
    return fund.time_zone if fund else settings.time_zone
