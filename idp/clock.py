"""The one clock of the house: every expiry is decided by `now()`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

_offset = timedelta()


def now() -> datetime:
    """The present instant, aware, in UTC: the node's clock, which NTP keeps."""
    return datetime.now(UTC) + _offset


@contextmanager
def travel(to: datetime | timedelta) -> Iterator[None]:
    """Move the whole process to another instant, or by a distance. For tests; time goes on there."""
    global _offset
    former = _offset
    _offset += to if isinstance(to, timedelta) else to - now()
    try:
        yield
    finally:
        _offset = former
