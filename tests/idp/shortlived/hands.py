"""A clock that moves only when it is told to, for what must be exact."""

from datetime import UTC, datetime, timedelta


class Hands:
    """The hands of that clock: called, they say the instant."""

    def __init__(self) -> None:
        self.instant = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.instant

    def advance(self, by: timedelta) -> None:
        """Move on."""
        self.instant += by
