"""What holds whatever fails: I1 to I12, each a function, checked over database, store and logs after every fault."""

import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import unified_diff

import sqlalchemy as sa
from flask import Flask
from redis import Redis

from idp.audit.events import Event
from idp.db import db
from keys import opaque
from tests.canaries import Canaries, database, shortlived

SLOWEST = 10.0
"""Seconds that any request may take (I9)."""
CRASH = re.compile(r"Traceback|panicked at|Segmentation fault")


@dataclass
class Observed:
    """What people and portals saw and were told, from several threads."""

    answers: list[tuple[str, int, float]] = field(default_factory=list)
    refresh_tokens: list[str] = field(default_factory=list)
    """Those that a portal received and has not used: each must work."""
    secrets: Canaries = field(default_factory=Canaries)
    ended: dict[str, set[str]] = field(default_factory=dict)
    faces: list[tuple[str, str]] = field(default_factory=list)
    """What somebody known and somebody unknown were shown in the same situation."""
    recovered: list[tuple[str, bool]] = field(default_factory=list)
    """Who came back after the fault, and whether they could sign in."""
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, what: str, status: int, seconds: float) -> None:
        with self._turn:
            self.answers.append((what, status, seconds))

    def statuses(self) -> set[int]:
        return {status for _, status, _ in self.answers}

    def note_ended(self, app: Flask) -> None:
        """Remember all that has ended so far: it must stay so."""
        for table in _ENDING:
            self.ended.setdefault(table, set()).update(
                _rows(app, f'SELECT id FROM "{table}" WHERE ended_at IS NOT NULL')
            )


@dataclass
class Scene:
    """Where to look."""

    app: Flask
    observed: Observed
    logs: bytes = b""
    redis_url: str | None = None


_ENDING = ("session", "grant")


def single_use(scene: Scene) -> Iterator[str]:
    """I1: each code, link and refresh token is used at most once, ever."""
    twice = "SELECT parent_id FROM refresh_token WHERE parent_id IS NOT NULL GROUP BY parent_id HAVING count(*) > 1"
    yield from _told(scene, "a refresh token with two successors", twice)
    for event in (Event.CODE_REDEEMED, Event.GRANT_ISSUED):
        text = f"SELECT grant_id FROM audit_event WHERE event = '{event}' GROUP BY grant_id HAVING count(*) > 1"
        yield from _told(scene, f"{event} twice for one grant", text)
    opened = "SELECT enrolment_code_id FROM opening WHERE activated_at IS NOT NULL"
    yield from _told(scene, "a letter that opened twice", f"{opened} GROUP BY enrolment_code_id HAVING count(*) > 1")


def durability(scene: Scene) -> Iterator[str]:
    """I2: what a portal was given is there after any crash."""
    known = set(_rows(scene.app, "SELECT digest FROM refresh_token"))
    for token in scene.observed.refresh_tokens:
        if opaque.digest(token).hex() not in known:
            yield "a refresh token that a portal received is in no table"


def no_ghost_effects(scene: Scene) -> Iterator[str]:
    """I3: each change that needs a mail has it, and no mail stands for a change that was undone."""
    waits = "sent_at IS NULL AND abandoned_at IS NULL"
    text = f"SELECT id FROM outgoing_message WHERE {waits} AND body_sealed IS NULL AND channel <> 'http'"
    yield from _told(scene, "a message that waits and says nothing", text)
    yield from _told(
        scene,
        "an opening that nothing was sent for",
        "SELECT o.id FROM opening o WHERE NOT EXISTS (SELECT 1 FROM proof p WHERE p.target_id = o.id)"
        " AND o.activated_at IS NULL",
    )


def fails_closed(scene: Scene) -> Iterator[str]:
    """I4: nobody is signed in, and nothing is given, but by who proved who they are."""
    proofs = f"event IN ('{Event.SIGN_IN_SUCCEEDED}', '{Event.ACCOUNT_ACTIVATED}')"
    proved = f"SELECT 1 FROM audit_event e WHERE e.session_id = s.id AND {proofs}"
    yield from _told(scene, "a session that nobody proved", f'SELECT id FROM "session" s WHERE NOT EXISTS ({proved})')
    early = 'SELECT t.id FROM refresh_token t JOIN "grant" g ON g.id = t.grant_id WHERE g.redeemed_at IS NULL'
    yield from _told(scene, "a refresh token of a code that was not redeemed", early)


def nobody_is_locked_out(scene: Scene) -> Iterator[str]:
    """I5: after the fault everybody can sign in, without an operator."""
    yield from (f"{who} cannot sign in" for who, could in scene.observed.recovered if not could)


def revocation_is_monotonic(scene: Scene) -> Iterator[str]:
    """I6: nothing that ended lives again."""
    for table, ended in scene.observed.ended.items():
        alive = ended & set(_rows(scene.app, f'SELECT id FROM "{table}" WHERE ended_at IS NULL'))
        yield from (f"{table} {one} had ended, and lives" for one in alive)


def audit_is_complete(scene: Scene) -> Iterator[str]:
    """I7: a change has its line in the audit, and a line its change."""
    for events, condition in (
        ((Event.GRANT_ISSUED,), "TRUE"),
        ((Event.CODE_REDEEMED, Event.CODE_REFUSED), "g.redeemed_at IS NOT NULL"),
    ):
        named = "e.event IN ({})".format(", ".join(f"'{event}'" for event in events))
        line = f"SELECT 1 FROM audit_event e WHERE e.grant_id = g.id AND {named}"
        silent = f'SELECT g.id FROM "grant" g WHERE {condition} AND NOT EXISTS ({line})'
        yield from _told(scene, f"a grant without {events}", silent)
        change = f'SELECT 1 FROM "grant" g WHERE g.id = e.grant_id AND {condition}'
        ghost = f"SELECT e.id FROM audit_event e WHERE {named} AND NOT EXISTS ({change})"
        yield from _told(scene, f"{events} without a grant", ghost)


def no_secret_leaks(scene: Scene) -> Iterator[str]:
    """I8: no secret stands in the database, the store or a log; no crash is written at length."""
    places = [database(scene.app), shortlived(scene.app), scene.logs]
    yield from (f"{name} stands where it should not" for name in scene.observed.secrets.secrets_in(*places))
    yield from (f"a log holds: {found}" for found in CRASH.findall(scene.logs.decode()))


def bounded_time(scene: Scene) -> Iterator[str]:
    """I9: every request ends within ten seconds, with an answer that is no crash."""
    for what, status, seconds in scene.observed.answers:
        if seconds > SLOWEST:
            yield f"{what} took {seconds:.1f} s"
        if status >= 500 and status != 503:
            yield f"{what} was answered {status}"


def heals_itself(scene: Scene) -> Iterator[str]:
    """I10: nothing is held for ever by who has died: leases expire, no transaction stays open."""
    never = "SELECT id FROM outgoing_message WHERE leased_by IS NOT NULL AND leased_until IS NULL"
    never += " AND sent_at IS NULL AND abandoned_at IS NULL AND last_error IS NULL"
    yield from _told(scene, "a message that is held for ever", never)
    if scene.redis_url:
        idle = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        idle += " AND state LIKE 'idle in transaction%' AND now() - state_change > interval '10 seconds'"
        yield from _told(scene, "a transaction that nobody ends", idle)


def no_zombies(scene: Scene) -> Iterator[str]:
    """I11: whatever waits has an end."""
    for table in ("proof", "opening"):
        yield from _told(scene, f"a {table} for ever", f"SELECT id FROM {table} WHERE expires_at IS NULL")
    if scene.redis_url:
        store = Redis.from_url(scene.redis_url)
        lasting = [key for key in store.scan_iter() if store.ttl(key) == -1 and key != b"epoch"]
        yield from (f"{key!r} is kept for ever" for key in lasting)


def same_face(scene: Scene) -> Iterator[str]:
    """I12: somebody known and somebody unknown see the same, byte for byte, but for what is drawn by lot."""
    for known, unknown in scene.observed.faces:
        lines = unified_diff(_masked(known).splitlines(), _masked(unknown).splitlines(), lineterm="", n=0)
        if difference := "\n".join(lines):
            yield f"somebody known and somebody unknown see different pages: {difference}"


Invariant = Callable[[Scene], Iterator[str]]
INVARIANTS: tuple[Invariant, ...] = (
    single_use,
    durability,
    no_ghost_effects,
    fails_closed,
    nobody_is_locked_out,
    revocation_is_monotonic,
    audit_is_complete,
    no_secret_leaks,
    bounded_time,
    heals_itself,
    no_zombies,
    same_face,
)


def check(scene: Scene) -> None:
    """Assert them all; tell every one that does not hold, by its sentence."""
    broken = [f"{one.__doc__}: {found}" for one in INVARIANTS for found in one(scene)]
    assert not broken, "\n".join(broken)


def _told(scene: Scene, what: str, text: str) -> list[str]:
    return [f"{what}: {row}" for row in _rows(scene.app, text)]


def _rows(app: Flask, text: str) -> list[str]:
    """The first column of each row, as text."""
    with app.app_context():
        found = [row[0] for row in db.session.execute(sa.text(text))]
        db.session.rollback()
        db.session.remove()
    return [one.hex() if isinstance(one, bytes | memoryview) else str(one) for one in found]


def _masked(page: str) -> str:
    """Without tokens of forms, numbers of requests, and the seconds after which a page reloads itself."""
    return re.sub(r"[A-Za-z0-9_-]{16,}|\b\d{1,2}\b", "…", page)
