"""Is it alive? The two statements that every request of the protocol asks, as the driver takes them."""

import json
import re
import sqlite3
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import cache
from types import NoneType
from typing import Any, NamedTuple, TypeVar, get_args, get_type_hints
from uuid import UUID

import psycopg

from idp.db import driver_connection
from idp.errors import DatabaseUnavailable
from idp.settings import settings


class LiveSession(NamedTuple):
    """A session that may be used, with the person it is of."""

    id: UUID
    account_id: UUID
    methods: list[str]
    auth_time: datetime
    started_at: datetime
    seen_at: datetime
    organization_id: UUID | None
    given_names: str
    family_name: str
    email: str | None
    locale: str | None
    email_certified_at: datetime | None
    email_certification_due_at: datetime | None


class LiveGrant(NamedTuple):
    """A grant that may be used, with all an answer needs: person, client, organization and what opens it."""

    id: UUID
    account_id: UUID
    client_id: UUID
    session_id: UUID | None
    organization_id: UUID | None
    membership_id: UUID | None
    delegation_id: UUID | None
    scopes: list[str]
    claims: dict[str, Any]
    resources: list[str]
    authorization_details: list[dict[str, Any]]
    auth_time: datetime
    acr: str
    amr: list[str]
    sid: str
    offline: bool
    created_at: datetime
    redeemed_at: datetime | None
    used_at: datetime | None
    seen_at: datetime | None
    civility: str | None
    given_names: str
    family_name: str
    locale: str | None
    account_updated_at: datetime
    email: str | None
    email_certified_at: datetime | None
    email_certification_due_at: datetime | None
    sub: UUID | None
    sector: str
    client_public_id: str
    kind: str | None
    name: str | None
    siret: str | None
    number: str | None
    fund_code: str | None
    holder: bool | None
    rights: list[str] | None
    assigned: list[str] | None
    firm_id: UUID | None
    firm_siret: str | None
    firm_name: str | None
    delegation_ends_on: date | None
    delegation_ends_at: datetime | None


_SESSION = """
SELECT s.id, s.account_id, s.methods, s.auth_time, s.started_at, s.seen_at, s.organization_id,
       a.given_names, a.family_name, e.typed, a.locale, e.certified_at, e.certification_due_at
FROM session s JOIN not_before n ON n.at <= s.started_at
JOIN account a ON a.id = s.account_id AND a.activated_at IS NOT NULL AND a.suspended_at IS NULL AND a.closed_at IS NULL
LEFT JOIN email_address e ON e.account_id = a.id
WHERE s.secret_digest = :digest AND s.ended_at IS NULL AND s.seen_at > :idle AND s.started_at > :oldest
"""

_GRANT = """
SELECT g.id, g.account_id, g.client_id, g.session_id, g.organization_id, g.membership_id, g.delegation_id,
       g.scopes, g.claims, g.resources, g.authorization_details, g.auth_time, g.acr, g.amr, g.sid, g.offline,
       g.created_at, g.redeemed_at, g.used_at, s.seen_at,
       a.civility, a.given_names, a.family_name, a.locale, a.updated_at,
       e.typed, e.certified_at, e.certification_due_at, u.sub, c.sector, c.client_id,
       o.kind, o.name, o.siret, o.number, f.code, m.holder, COALESCE(m.rights, d.rights),
       t.rights, d.firm_id, d.firm_siret, d.firm_name, d.ends_on, d.ends_at
FROM "grant" g JOIN not_before n ON n.at <= g.created_at
JOIN account a ON a.id = g.account_id AND a.activated_at IS NOT NULL AND a.suspended_at IS NULL AND a.closed_at IS NULL
JOIN client c ON c.id = g.client_id AND c.disabled_at IS NULL
LEFT JOIN email_address e ON e.account_id = a.id
LEFT JOIN subject u ON u.account_id = a.id AND u.sector = c.sector
LEFT JOIN session s ON s.id = g.session_id
LEFT JOIN organization o ON o.id = g.organization_id
LEFT JOIN fund f ON f.id = o.fund_id
LEFT JOIN membership m ON m.id = g.membership_id AND m.account_id = g.account_id
  AND m.organization_id = g.organization_id AND m.ended_at IS NULL AND (m.ends_at IS NULL OR m.ends_at > :now)
LEFT JOIN delegation d ON d.id = g.delegation_id AND d.organization_id = g.organization_id
  AND d.accepted_at IS NOT NULL AND d.suspended_at IS NULL AND d.ended_at IS NULL
  AND d.starts_at <= :now AND d.ends_at > :now AND (c.first_party OR d.applications_allowed)
LEFT JOIN organization w ON w.id = d.firm_id AND w.closed_at IS NULL
LEFT JOIN membership k ON k.organization_id = w.id AND k.account_id = g.account_id
  AND k.ended_at IS NULL AND (k.ends_at IS NULL OR k.ends_at > :now)
LEFT JOIN staff_assignment t ON t.delegation_id = d.id AND t.account_id = g.account_id
WHERE g.id = :id AND g.ended_at IS NULL
AND ((g.offline AND g.created_at > :oldest_offline AND COALESCE(g.used_at, g.created_at) > :idle_offline)
  OR (NOT g.offline AND s.ended_at IS NULL AND s.seen_at > :idle AND s.started_at > :oldest AND s.started_at >= n.at))
AND (g.organization_id IS NULL OR (o.closed_at IS NULL AND (m.id IS NOT NULL OR d.held_by_id = g.account_id
  OR (k.id IS NOT NULL AND (d.all_staff OR k.holder OR t.id IS NOT NULL)))))
"""


_GRANT_OF_REFRESH_TOKEN = _GRANT.replace(
    "g.id = :id", "g.id = (SELECT r.grant_id FROM refresh_token r WHERE r.digest = :digest)"
)


def session_alive(digest: bytes, now: datetime) -> LiveSession | None:
    """The session of that cookie, if it and its account may be used at that instant. One statement."""
    limits = {"idle": now - settings.session_idle_lifetime, "oldest": now - settings.session_lifetime}
    return _hot(LiveSession, _SESSION, {"digest": digest, **limits})


def grant_alive(grant_id: UUID, now: datetime, alone: bool = False) -> LiveGrant | None:
    """The grant, if it and all it stands on live: session, account, client, membership. One statement.

    `alone` is for who reads this and changes nothing: no transaction is begun for it, where none has.
    """
    return _hot(LiveGrant, _GRANT, {"id": grant_id, **_grant_limits(now)}, alone)


def grant_of_refresh_token(digest: bytes, now: datetime) -> LiveGrant | None:
    """The same, of the grant that gave the refresh token of that digest, used or not. One statement."""
    return _hot(LiveGrant, _GRANT_OF_REFRESH_TOKEN, {"digest": digest, **_grant_limits(now)})


def _grant_limits(now: datetime) -> dict[str, Any]:
    return {
        "now": now,
        "idle": now - settings.session_idle_lifetime,
        "oldest": now - settings.session_lifetime,
        "idle_offline": now - settings.offline_idle_lifetime,
        "oldest_offline": now - settings.offline_lifetime,
    }


Row = TypeVar("Row", bound=NamedTuple)

DRIVERS_ERRORS = (sqlite3.OperationalError, psycopg.OperationalError)

_NAMED = re.compile(r":([a-z_]+)")


def _hot(kind: type[Row], text: str, values: dict[str, Any], alone: bool = False) -> Row | None:
    """Run a statement on the driver's own connection: prepared by psycopg after its first uses.

    SQLAlchemy would describe forty columns anew each time, which costs more than the statement does.
    """
    try:
        with driver_connection(alone) as driver:
            found = _asked(driver, text, values).fetchone()
    except DRIVERS_ERRORS as error:
        raise DatabaseUnavailable(type(error).__name__) from error
    if found is None:
        return None
    told = list(found)
    for place, reader in _readers(kind):
        if told[place] is not None:
            told[place] = reader(told[place])
    return kind._make(told)


def _asked(driver: Any, text: str, values: dict[str, Any]) -> Any:
    if isinstance(driver, sqlite3.Connection):
        return driver.execute(text, {name: _sent(value) for name, value in values.items()})
    return driver.execute(_for_psycopg(text), values)


@cache
def _for_psycopg(text: str) -> str:
    return _NAMED.sub(r"%(\1)s", text)


def _sent(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
    return value.hex if isinstance(value, UUID) else value


def _instant(value: Any) -> datetime:
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _id(value: Any) -> UUID:
    return value if isinstance(value, UUID) else UUID(value)


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


_READERS: dict[Any, Callable[[Any], Any]] = {UUID: _id, datetime: _instant, date: _day, bool: bool}


@cache
def _readers(kind: type[NamedTuple]) -> list[tuple[int, Callable[[Any], Any]]]:
    """By its place, how each column is read that is not what the driver gives."""
    plain = [
        next(iter(set(get_args(hint)) - {NoneType}), hint) if NoneType in get_args(hint) else hint
        for hint in get_type_hints(kind).values()
    ]
    return [(place, _READERS.get(hint, _json)) for place, hint in enumerate(plain) if hint is not str]
