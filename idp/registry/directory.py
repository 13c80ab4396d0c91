"""The register of organizations: members, their sites, and firms."""

from dataclasses import dataclass

from idp import clock
from idp.db import Transaction, db
from idp.registry import siret as sirets
from idp.registry.models import KINDS, Fund, Organization


@dataclass(frozen=True)
class Holder:
    """The person to whom an organization's letters are made out."""

    given_names: str
    family_name: str
    civility: str | None = None


@dataclass(frozen=True)
class Entry:
    """What a register says of a `member`, a `site` or a `firm`; a site names its member as `parent`."""

    number: str
    siret: str
    name: str
    kind: str = "member"
    parent: str | None = None
    holder: Holder | None = None
    address: tuple[str, ...] = ()
    overseas: bool = False


class EntryRefused(ValueError):
    """What a register says cannot be true; the message says why, for the operator."""


def find(fund_code: str, number: str) -> Organization | None:
    """The organization of that number in that fund's register."""
    fund = Fund.by_code(fund_code)
    return Organization.by_number(fund.id, number) if fund else None


def member(own: Transaction, number: str, siret: str, preferred: str | None = None) -> Organization | None:
    """The open member, or firm, of that number and SIRET (fourteen digits); of two funds', that of the preferred one.

    A number is unique in its fund only: with the SIRET it names one member, but for a company that has the same number
    in two funds. `preferred` is a fund's id.
    """
    found = Organization.members(number, siret, own)
    return next((one for one in found if str(one.fund_id) == preferred), found[0] if found else None)


def register_organization(fund: Fund, entry: Entry) -> Organization:
    """Write one organization into the fund's register, or bring the one of that number up to date.

    Raises `EntryRefused` when the SIRET is none, or when a site has no member of that fund as its parent.
    """
    now = clock.now()
    columns = _columns(fund, entry)
    found = Organization.by_number(fund.id, entry.number)
    if found is None:
        found = Organization(fund_id=fund.id, number=entry.number, created_at=now, updated_at=now, **columns)
        db.session.add(found)
    elif any(getattr(found, name) != value for name, value in columns.items()):
        for name, value in columns.items():
            setattr(found, name, value)
        found.updated_at = now
    db.session.flush()
    return found


def _columns(fund: Fund, entry: Entry) -> dict[str, object]:
    parent = Organization.by_number(fund.id, entry.parent) if entry.parent else None
    if entry.kind not in KINDS:
        raise EntryRefused(f"{entry.number}: {entry.kind!r} is not one of {', '.join(KINDS)}")
    is_of_a_member = parent is not None and parent.kind == "member"
    if is_of_a_member != (entry.kind == "site") or is_of_a_member != bool(entry.parent):
        raise EntryRefused(
            f"{entry.number}: a site has a member of the same fund as its parent, and nothing else has one"
        )
    try:
        digits = sirets.parse(entry.siret)
    except sirets.NotASiret as error:
        raise EntryRefused(f"{entry.number}: not a SIRET ({error.fault})") from error
    return {
        "kind": entry.kind,
        "siret": digits,
        "parent_id": parent.id if parent else None,
        "name": entry.name,
        "holder_civility": entry.holder.civility if entry.holder else None,
        "holder_given_names": entry.holder.given_names if entry.holder else None,
        "holder_family_name": entry.holder.family_name if entry.holder else None,
        "address": list(entry.address),
        "overseas": entry.overseas,
    }
