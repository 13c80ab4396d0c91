"""What is made once per application: keys, stores, and the House, the tables by which things travel upward."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID

from flask import current_app
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.local import LocalProxy

from idp import clock
from idp.shortlived.store import ShortLived
from keys.passwords import Passwords
from keys.purposes import PurposeKeys
from keys.ring import KeyRing
from keys.signed import Signed
from keys.vault import Vault

babel = Babel()
csrf = CSRFProtect()
migrate = Migrate()

Ended = Callable[[str, UUID], None]
"""Told, in its transaction, what ended: a kind (session, credential, account, membership, client…) and an id."""


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

    def ended(self, kind: str, ended_id: UUID) -> None:
        """Tell everyone concerned, in the transaction of what ended."""
        for tell in self.endings:
            tell(kind, ended_id)


def _of_this_app(name: str) -> Any:
    return LocalProxy(lambda: current_app.extensions[f"idp_{name}"])


house = cast(House, _of_this_app("house"))
vault = cast(Vault, _of_this_app("vault"))
ring = cast(KeyRing, _of_this_app("ring"))
passwords = cast(Passwords, _of_this_app("passwords"))
purposes = cast(PurposeKeys, _of_this_app("purposes"))
store = cast(ShortLived, _of_this_app("store"))


def signed(purpose: str) -> Signed:
    """The signer of one purpose: what it signs for one is refused for any other."""
    return Signed(vault.derive("signed"), purpose, clock=clock.now)
