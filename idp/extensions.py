"""What is made once per application: keys, stores, and the House, the tables by which things travel upward."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import UUID

from flask import Flask, current_app
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.local import LocalProxy

import idp
from idp import clock
from idp.db import db
from idp.errors import SettingsRefused
from idp.settings import Settings
from idp.shortlived.store import ShortLived, open_store
from keys.breached import Breached
from keys.errors import KeysError
from keys.passwords import CHEAP, PASSWORD, POSTAL, Passwords
from keys.postal import PostalCodes
from keys.purposes import PurposeKeys
from keys.ring import KeyRing
from keys.signed import Signed
from keys.store import KeyStore
from keys.vault import Vault, create_master_key, read_master_keys

babel = Babel()
csrf = CSRFProtect()
migrate = Migrate()

Ended = Callable[[str, UUID], None]
"""Told, in its transaction, what ended: a kind (session, credential, account, membership, client…) and an id."""

Imported = Callable[[UUID, Mapping[UUID, UUID]], Mapping[str, int]]
"""Told, in its transaction, that a register was imported: its id, and each site that moved with its former parent.

It answers with what it did, counted."""


class Known(NamedTuple):
    """An application to which an organization is known, as its holders are told of it."""

    name: str
    first_party: bool
    people: int
    last_at: datetime


class Kept(NamedTuple):
    """What is deleted once it is of no use, or may be kept no longer: for how long after it ended, and by which deed.

    The deed takes an instant and a number: it deletes at most so many from before that instant, and says how many.
    """

    what: str
    kept_for: Callable[[], timedelta]
    purge: Callable[[datetime, int], int]


@dataclass(frozen=True)
class House:
    """The tables of `app.py`. Steps and answers know the journey, which stands above: they are held as `Any` here."""

    journey: tuple[Any, ...] = ()
    """The steps of a journey (`idp.journey.steps.Step`), asked in this order, each only when due."""
    answers: Mapping[str, Any] = field(default_factory=dict)
    """How a journey of each goal is answered (`idp.journey.steps.Answer`)."""
    endings: tuple[Ended, ...] = ()
    """Who must know that something ended: our own first, then messages."""
    way_back: Callable[[str | None], str | None] = lambda client_id: None
    """Where a journey that died can begin again: the address of that client's portal, if it has one."""
    bodies: Mapping[str, Any] = field(default_factory=dict)
    """Messages whose body is made at each attempt, by kind: from their facts, a `Post`, or None when they are moot."""
    chores: tuple[Callable[[], None], ...] = ()
    """What the courier does besides, every second: what asks other machines, and what falls due between requests."""
    openings: tuple[Callable[[UUID], None], ...] = ()
    """Who must know that an organization was opened by its two letters: what waited for it becomes its own."""
    importers: tuple[Imported, ...] = ()
    """Who follows the register: names are corrected, holders are linked to the sites of their organization."""

    acts: Callable[[UUID], Mapping[UUID, datetime]] = lambda organization_id: {}
    """When each membership and each delegation of an organization was last used, by their ids."""
    known: Callable[[UUID], Sequence[Known]] = lambda organization_id: ()
    """The applications to which an organization is known, the last used first."""
    retention: tuple[Kept, ...] = ()
    """What is deleted, and when, in this order."""

    def ended(self, kind: str, ended_id: UUID) -> None:
        """Tell everyone concerned, in the transaction of what ended."""
        for tell in self.endings:
            tell(kind, ended_id)

    def opened(self, organization_id: UUID) -> None:
        """Tell everyone concerned, in the transaction in which its code was spent and its holder written down."""
        for tell in self.openings:
            tell(organization_id)

    def imported(self, import_id: UUID, moved: Mapping[UUID, UUID]) -> dict[str, int]:
        """Tell everyone who follows the register, in the transaction of the import; what they did, counted."""
        return {what: count for follow in self.importers for what, count in follow(import_id, moved).items()}


def _of_this_app(name: str) -> Any:
    kept = f"idp_{name}"
    return LocalProxy(lambda: current_app._get_current_object().extensions[kept])  # type: ignore[attr-defined]


house = cast(House, _of_this_app("house"))
vault = cast(Vault, _of_this_app("vault"))
ring = cast(KeyRing, _of_this_app("ring"))
passwords = cast(Passwords, _of_this_app("passwords"))
breached = cast(Container[str], _of_this_app("breached"))
postal = cast(PostalCodes, _of_this_app("postal"))
purposes = cast(PurposeKeys, _of_this_app("purposes"))
store = cast(ShortLived, _of_this_app("store"))


def signed(purpose: str) -> Signed:
    """The signer of one purpose: what it signs for one is refused for any other."""
    return Signed(vault.derive("signed"), purpose, clock=clock.now)


def open_keys(app: Flask, chosen: Settings, key_store: KeyStore) -> None:
    """Make the vault and all that stands on it. Raises `SettingsRefused` when the master key is missing or weak."""
    opened = Vault(_master_keys(chosen))
    secret, *former = opened.derive("flask")
    app.config.update(
        SECRET_KEY=secret,
        SECRET_KEY_FALLBACKS=former,
        SESSION_COOKIE_NAME="__Host-form" if chosen.is_secure else "idp_form",
        SESSION_COOKIE_SECURE=chosen.is_secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # the token is bound to the browser's cookie, not to an hour
        WTF_CSRF_SSL_STRICT=False,  # it would ask for the Referer, which our own policy withholds
    )
    profile = CHEAP if chosen.cheap_hashes else PASSWORD
    places = (chosen.hashing_places, chosen.waiting_places, chosen.waiting_patience)
    ages = {"publish_for": chosen.key_published_for, "verify_for": 2 * chosen.access_token_lifetime}
    app.extensions["idp_vault"] = opened
    app.extensions["idp_purposes"] = PurposeKeys(opened)
    app.extensions["idp_passwords"] = Passwords(profile, *places, pepper=opened)
    app.extensions["idp_postal"] = PostalCodes(
        CHEAP if chosen.cheap_hashes else POSTAL, app.extensions["idp_purposes"], places
    )
    app.extensions["idp_breached"] = _breached(chosen)
    app.extensions["idp_store"] = open_store(chosen.shortlived_url, opened, clock.now)
    app.extensions["idp_ring"] = KeyRing(key_store, **ages, cache_for=chosen.keys_cached_for)


def find_migrations(app: Flask) -> None:
    """Let Flask-Migrate know where our migrations are, and which tables are ours."""
    ours = {"directory": str(Path(idp.__path__[0]) / "migrations"), "include_name": _is_ours}
    migrate.init_app(app, db, render_as_batch=True, compare_type=True, **ours)


def _is_ours(name: str | None, kind: str, parents: object) -> bool:
    return not (kind == "table" and str(name).startswith("audit_event_"))  # the partitions of PostgreSQL


def _master_keys(chosen: Settings) -> dict[int, bytes]:
    try:
        _make_first_key(chosen)
    except OSError as error:
        raise SettingsRefused(f"IDP_MASTER_KEY_FILE: {error.strerror}: {chosen.master_key_file}") from error
    try:
        return read_master_keys(chosen.master_key_file)
    except KeysError as error:
        raise SettingsRefused(f"IDP_MASTER_KEY_FILE: {error}") from error


def _make_first_key(chosen: Settings) -> None:
    if not chosen.is_production and not chosen.master_key_file.exists():
        chosen.master_key_file.parent.mkdir(parents=True, exist_ok=True)
        create_master_key(chosen.master_key_file)


def _breached(chosen: Settings) -> Container[str]:
    path = chosen.breached_passwords
    try:
        return Breached(path) if path else frozenset[str]()
    except OSError as error:
        raise SettingsRefused(f"IDP_BREACHED_PASSWORDS: {error.strerror}: {path}") from error
    except KeysError as error:
        raise SettingsRefused(f"IDP_BREACHED_PASSWORDS: {error}") from error
