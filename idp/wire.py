"""The wire to PostgreSQL: who is in a hurry gives it up when the server was heard and then says nothing.

The kernel gives up what nobody acknowledges; where a proxy or a pooler stands between, it acknowledges, and the server
behind it may be gone.
"""

from collections.abc import Callable
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus

Patience = Callable[[], float | None]
"""For how many seconds the answer to a statement is waited for now; None: as long as it takes."""


class Wire(Connection[Any]):
    """One connection."""

    patience: Patience | None = None

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """For an answer. Raises `OperationalError`, and is closed, when there is none in time."""
        try:
            return super().wait(gen, interval, self.patience() if self.patience else timeout)
        except OperationalError:
            if self.pgconn.transaction_status == TransactionStatus.ACTIVE:
                self.pgconn.finish()  # an answer that comes late must meet nobody's question
            raise


def connecting(patience: Patience) -> Callable[..., Wire]:
    """What SQLAlchemy calls for each new connection (its event `do_connect`)."""

    def connect(dialect: object, record: object, args: tuple[Any, ...], named: dict[str, Any]) -> Wire:
        made = Wire.connect(*args, **named)
        made.patience = patience
        return made

    return connect
