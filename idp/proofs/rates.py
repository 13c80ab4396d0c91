"""How often one may try what needs no account: counted for an hour before anything is looked at, known or not."""

from datetime import timedelta

from idp import extensions

HOUR = timedelta(hours=1)


def within(kind: str, who: str, most: int) -> bool:
    """Count one more try of that kind by `who`, under a keyed digest; whether this hour saw no more than `most`.

    Raises `StoreUnavailable`.
    """
    return count(kind, who) <= most


def count(kind: str, who: str) -> int:
    """Count one more, and say how many there were in the hour that the first one began."""
    named = extensions.purposes.mac(f"rate:{kind}", who).hex()
    return extensions.store.count(f"rate-{kind}:{named}", HOUR)
