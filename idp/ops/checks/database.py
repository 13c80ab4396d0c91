"""The database: there, of this version, on a server that keeps what it was given, and not ours to rule."""

from collections.abc import Iterator
from datetime import timedelta

from idp.errors import DatabaseUnavailable
from idp.ops import health, models, schema
from idp.ops.checks.verdicts import Check, Seen, advice, fine, wrong
from idp.settings import Settings

OLDEST = 15
"""The oldest PostgreSQL we are tested on."""
_DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}
_COURIERS = 12
"""Connections that a node's courier and an operator may want besides."""


def _migrated(chosen: Settings) -> Iterator[Seen]:
    if schema.is_current():
        yield fine("it answers, and has the tables of this version")
    else:
        yield wrong("it answers, and has not the tables of this version", "run `idp db upgrade` as the tables' owner")


def _server(chosen: Settings) -> Iterator[Seen]:
    asked = (*_DURABLE, "server_version", "server_version_num", "server_encoding", "max_connections")
    found = models.server_settings(*asked)
    if int(found["server_version_num"]) < OLDEST * 10_000:
        yield wrong(f"PostgreSQL {found['server_version']}", f"use PostgreSQL {OLDEST} or later")
    else:
        yield fine(f"PostgreSQL {found['server_version']}")
    for name, value in _DURABLE.items():
        if found[name] == "off":
            yield wrong(f"{name} is off: what was confirmed is lost with the power", f"set {name} = {value}")
    if found["server_encoding"] != "UTF8":
        yield wrong(f"its encoding is {found['server_encoding']}", "make the database anew with ENCODING 'UTF8'")
    needed = chosen.workers * chosen.database_pool + _COURIERS
    if int(found["max_connections"]) < needed:
        do = f"raise max_connections over {needed} a node, or lower IDP_DATABASE_POOL"
        yield wrong(f"max_connections is {found['max_connections']}, and this node alone may want {needed}", do)


def _role(chosen: Settings) -> Iterator[Seen]:
    role = models.role()
    do = "let IDP_DATABASE_URL of the servers name a login that is a member of idp_web alone"
    if role.is_superuser or role.owns_tables:
        yield wrong(f"{role.name} owns the tables", do)
    elif role.writes_keys:
        yield wrong(f"{role.name} may write signing keys, as operators do", do)
    else:
        yield fine(f"{role.name} may do what servers do, and no more")
    if models.is_in_the_clear():
        yield wrong("the connection crosses the network without TLS", "add ?sslmode=verify-full to IDP_DATABASE_URL")


def _clock(chosen: Settings) -> Iterator[Seen]:
    distance = health.clock_distance()
    if distance is None:
        raise DatabaseUnavailable("no clock")
    yield apart(distance, "the database")


def apart(distance: timedelta, whose: str) -> Seen:
    """The verdict on two clocks that stand so far apart."""
    told = f"{abs(distance).total_seconds():.1f} s from that of {whose}"
    if abs(distance) <= health.ALARM:
        return fine(told)
    do = "have every machine follow one time server (systemd-timesyncd or chrony)"
    return (wrong if abs(distance) > health.REFUSAL else advice)(told, do)


CHECKS = (
    Check("database", "every answer needs it", _migrated, in_development=True),
    Check(
        "database server",
        "what it confirmed must outlive the power, and each node needs its connections",
        _server,
        told_at_start=True,
    ),
    Check(
        "database role",
        "whoever takes a server over must not write keys, clients or the audit's past",
        _role,
        told_at_start=True,
    ),
    Check("database clock", "a code or a session must expire at the same instant everywhere", _clock),
)
