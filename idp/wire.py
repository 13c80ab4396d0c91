"""The wire to PostgreSQL: it is given up when the server was heard and then says nothing.

The kernel gives up what nobody acknowledges; where a proxy or a pooler stands between, it acknowledges, and the server
behind it may be gone.
"""

from collections.abc import Callable
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus


class Wire(Connection[Any]):
    """One connection. `patience` is for how many seconds an answer is waited for; None: as long as it takes."""

    patience: float | None = None
    takes_long = False
    """Whether this transaction asks what takes long: an import, which lifts the limits of PostgreSQL too."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """For an answer. Raises `OperationalError`, and is closed, when there is none in time."""
        try:
            return super().wait(gen, interval, timeout if self.takes_long else self.patience)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # an answer that comes late must meet nobody's question
            raise


def connecting(patience: float | None) -> Callable[..., Wire]:
    """What SQLAlchemy calls for each new connection (its event `do_connect`)."""

    def connect(dialect: object, record: object, args: tuple[Any, ...], named: dict[str, Any]) -> Wire:
        made = Wire.connect(*args, **named)
        made.patience = patience
        return made

    return connect


def hurry(wire: Wire, record: object) -> None:
    """Whoever has the connection next is in a hurry again (its event `checkin`)."""
    if wire is not None:  # it was closed
        wire.takes_long = False
