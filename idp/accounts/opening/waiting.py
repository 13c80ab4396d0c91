"""The challenge of a first step that is tried too often: to wait a moment. It asks nothing of eyes, ears or wits.

A ticket is signed for one browser, good once and only after a while: whoever tries a thousand codes takes as many
tickets, and is counted by their network meanwhile (OPN-12, A11-4).
"""

from datetime import datetime, timedelta

from idp import clock, extensions
from idp.extensions import signed
from idp.settings import settings
from keys import opaque
from keys.errors import KeysError

PURPOSE = "opening-wait"
LIFETIME = timedelta(minutes=30)


def ticket(browser: str) -> str:
    """A ticket for that browser, which is good in a moment."""
    return signed(PURPOSE).sign([browser, opaque.make(), clock.now().isoformat()])


def has_waited(browser: str, given: str) -> bool:
    """Whether that is a ticket of that browser whose moment is over; it is used up then."""
    try:
        owner, name, began = _read(given)
    except (KeysError, ValueError, TypeError):
        return False
    over = datetime.fromisoformat(began) + settings.opening_challenge_wait <= clock.now()
    return owner == browser and over and extensions.store.claim(f"{PURPOSE}:{name}", LIFETIME)


def _read(given: str) -> tuple[str, str, str]:
    owner, name, began = signed(PURPOSE).read(given, LIFETIME)
    return str(owner), str(name), str(began)
