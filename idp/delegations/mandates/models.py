"""On whose behalf a person may act: their own memberships, and what is delegated to their firm, as one list."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa

from idp.accounts.models import Membership
from idp.db import Condition, UTCDateTime, db, table
from idp.delegations.admissions.models import Admission
from idp.delegations.models import Delegation, StaffAssignment
from idp.registry.models import Fund, Organization


class Mandate(NamedTuple):
    """One way in which a person may act for an organization: a membership of theirs, or a delegation to their firm."""

    organization_id: UUID
    membership_id: UUID | None
    delegation_id: UUID | None
    name: str
    number: str
    siret: str
    kind: str
    fund_code: str
    fund_name: str
    firm_name: str | None
    holder: bool
    rights: list[str]
    """What was given, as far as it was assigned to the person."""
    ends_on: date | None

    @property
    def key(self) -> str:
        """What names it in a form and in a journey: never a proof of anything."""
        return f"m.{self.membership_id}" if self.membership_id else f"d.{self.delegation_id}"

    @classmethod
    def some(cls, account_id: UUID, now: datetime, wish: "Wish", *, limit: int, offset: int = 0) -> list["Mandate"]:
        """Those of a person that meet the wish, their own first, by name."""
        found = db.session.execute(_ordered(wish.shape), wish.values(account_id, now) | {"most": limit, "past": offset})
        return [_narrowed(*row) for row in found]

    @classmethod
    def few(cls, account_id: UUID, now: datetime, wish: "Wish", most: int = 2) -> list["Mandate"]:
        """The same in any order, and not all: is there none, one, or a choice? Asked by each authorization."""
        found = db.session.execute(_any(wish.shape), wish.values(account_id, now) | {"most": most})
        return [_narrowed(*row) for row in found]

    @classmethod
    def how_many(cls, account_id: UUID, now: datetime, wish: "Wish") -> int:
        """How many."""
        return db.session.scalar(_counted(wish.shape), wish.values(account_id, now)) or 0

    @classmethod
    def by_key(cls, account_id: UUID, now: datetime, key: str) -> "Mandate | None":
        """The one of that key, while the person has it."""
        kind, _, text = key.partition(".")
        try:
            named = UUID(text)
        except ValueError:
            return None
        wish = Wish(membership_id=named) if kind == "m" else Wish(delegation_id=named)
        return next(iter(cls.few(account_id, now, wish, most=1)), None)


@dataclass(frozen=True)
class Wish:
    """Which mandates are meant: all of them, those for one organization, a SIRET, or a text that someone searches.

    With `client_id`, only those that are open to that application of a partner.
    """

    organization_id: UUID | None = None
    siret: str | None = None
    membership_id: UUID | None = None
    delegation_id: UUID | None = None
    search: str = ""
    client_id: UUID | None = None

    @property
    def shape(self) -> tuple[str, ...]:
        """Which of these conditions there are: a statement is made once for each shape."""
        return tuple(name for name in (*_CONDITIONS, "client_id") if getattr(self, name))

    def values(self, account_id: UUID, now: datetime) -> dict[str, Any]:
        """What the statement of that shape is given."""
        values = {name: getattr(self, name) for name in self.shape}
        if "search" in values:
            plain = re.sub(r"([\\%_])", r"\\\1", self.search.casefold())
            digits = "".join(char for char in plain if char.isdigit())
            values |= {"search": f"%{plain}%", "digits": f"{digits}%" if len(digits) >= 3 else ""}
        return values | {"account": account_id, "now": now}


_M, _D, _S, _A = table(Membership), table(Delegation), table(StaffAssignment), table(Admission)
_O, _F = table(Organization), table(Fund)
_FIRM, _AT_FIRM = _O.alias("firm"), _M.alias("at_firm")
_ACCOUNT, _NOW = sa.bindparam("account", type_=sa.Uuid()), sa.bindparam("now", type_=UTCDateTime())


def _narrowed(*columns: Any) -> Mandate:
    *known, assigned = columns
    mandate = Mandate(*known)
    if assigned is None:
        return mandate
    return mandate._replace(rights=[right for right in mandate.rights if right in assigned])


def _lives(link: sa.FromClause) -> Condition:
    return sa.and_(link.c.ended_at.is_(None), sa.or_(link.c.ends_at.is_(None), link.c.ends_at > _NOW))


def _own() -> sa.Select[Any]:
    mine = _about(_M, _M, membership_id=_M.c.id, holder=_M.c.holder, rights=_M.c.rights)
    return mine.where(_M.c.account_id == _ACCOUNT, _lives(_M))


def _held() -> sa.Select[Any]:
    """Delegations held by the person alone: their firm is not in the register."""
    return _delegated(_D).where(_D.c.held_by_id == _ACCOUNT)


def _through_firm() -> sa.Select[Any]:
    """Those of the person's firm, as its holder, as one of its staff, or by name.

    Two statements, not one with `or`: PostgreSQL would read every delegation there is.
    """
    at_firm = sa.join(_AT_FIRM, _FIRM, sa.and_(_FIRM.c.id == _AT_FIRM.c.organization_id, _FIRM.c.closed_at.is_(None)))
    assigned = sa.and_(_S.c.delegation_id == _D.c.id, _S.c.account_id == _ACCOUNT)
    theirs = at_firm.join(_D, _D.c.firm_id == _AT_FIRM.c.organization_id).outerjoin(_S, assigned)
    is_firms = sa.or_(_D.c.held_by_id.is_(None), _D.c.held_by_id != _ACCOUNT)
    may = sa.or_(_D.c.all_staff, _AT_FIRM.c.holder, _S.c.id.is_not(None))
    found = _delegated(theirs, assigned=_S.c.rights)
    return found.where(_AT_FIRM.c.account_id == _ACCOUNT, _lives(_AT_FIRM), is_firms, may)


def _delegated(ways: sa.FromClause, **told: Any) -> sa.Select[Any]:
    """What stands today. Who is a member of the organization needs no delegation."""
    standing = (_D.c.accepted_at.is_not(None), _D.c.suspended_at.is_(None), _D.c.ended_at.is_(None))
    member = sa.select(_M.c.id).where(_M.c.organization_id == _D.c.organization_id, _M.c.account_id == _ACCOUNT)
    told |= {"delegation_id": _D.c.id, "firm_name": _D.c.firm_name, "rights": _D.c.rights, "ends_on": _D.c.ends_on}
    found = _about(ways, _D, **told, holder=sa.false())
    in_time = (_D.c.starts_at <= _NOW, _D.c.ends_at > _NOW)
    return found.where(*standing, *in_time, ~member.where(_lives(_M)).exists())


_NOTHING: dict[str, Any] = {
    "membership_id": sa.cast(sa.null(), sa.Uuid()),
    "delegation_id": sa.cast(sa.null(), sa.Uuid()),
    "firm_name": sa.cast(sa.null(), sa.String(200)),
    "ends_on": sa.cast(sa.null(), sa.Date()),
    "assigned": sa.cast(sa.null(), sa.JSON()),
}
_PLACE: dict[str, Any] = {name: _O.c[name] for name in ("name", "number", "siret", "kind")}
_PLACE |= {"organization_id": _O.c.id, "fund_code": _F.c.code, "fund_name": _F.c.name}


def _about(ways: sa.FromClause, link: sa.Table, **told: Any) -> sa.Select[Any]:
    """What a `Mandate` says, in its order, and what was assigned; from where the link of each way leads."""
    places = ways.join(_O, _O.c.id == link.c.organization_id).join(_F, _F.c.id == _O.c.fund_id)
    said = _NOTHING | _PLACE | told
    return sa.select(*(said[name].label(name) for name in (*Mandate._fields, "assigned"))).select_from(places)


_CONDITIONS: dict[str, Callable[[Any], Condition]] = {
    "organization_id": lambda way: _O.c.id == sa.bindparam("organization_id", type_=sa.Uuid()),
    "siret": lambda way: _O.c.siret == sa.bindparam("siret"),
    "membership_id": lambda way: way.selected_columns.membership_id == sa.bindparam("membership_id", type_=sa.Uuid()),
    "delegation_id": lambda way: way.selected_columns.delegation_id == sa.bindparam("delegation_id", type_=sa.Uuid()),
    "search": lambda way: sa.or_(
        sa.func.lower(_O.c.name).like(sa.bindparam("search"), escape="\\"),
        sa.func.lower(_O.c.number).like(sa.bindparam("search"), escape="\\"),
        sa.and_(sa.bindparam("digits", type_=sa.String()) != "", _O.c.siret.like(sa.bindparam("digits"))),
    ),
}


def _ways(shape: tuple[str, ...]) -> sa.Subquery:
    wished = [one for one in shape if one in _CONDITIONS]
    opened = ((_own(), _admitted()), (_held(), _D.c.applications_allowed), (_through_firm(), _D.c.applications_allowed))
    ways = [
        way.where(
            _O.c.closed_at.is_(None),
            *(_CONDITIONS[one](way) for one in wished),
            is_open if "client_id" in shape else sa.true(),
        )
        for way, is_open in opened
    ]
    return sa.union_all(*ways).subquery("mandate")


def _admitted() -> Condition:
    """Whether a holder of the organization opened it to the application."""
    holds = (_A.c.organization_id == _O.c.id, _A.c.granted_at.is_not(None), _A.c.ended_at.is_(None))
    admitted = sa.select(_A.c.id).where(*holds, _A.c.client_id == sa.bindparam("client_id", type_=sa.Uuid()))
    return admitted.exists()


@cache
def _any(shape: tuple[str, ...]) -> sa.Select[Any]:
    return sa.select(_ways(shape)).limit(sa.bindparam("most", type_=sa.Integer()))


@cache
def _ordered(shape: tuple[str, ...]) -> sa.Select[Any]:
    ways = _ways(shape)
    own_first = (ways.c.delegation_id.is_not(None), ways.c.holder.desc(), sa.func.lower(ways.c.name), ways.c.number)
    found = sa.select(ways).order_by(*own_first, ways.c.organization_id, ways.c.delegation_id)
    return found.limit(sa.bindparam("most", type_=sa.Integer())).offset(sa.bindparam("past", type_=sa.Integer()))


@cache
def _counted(shape: tuple[str, ...]) -> sa.Select[Any]:
    return sa.select(sa.func.count()).select_from(_ways(shape))
