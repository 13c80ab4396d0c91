"""What is to be sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column

from idp.db import Model, PrimaryKey, db, delete_some

STATES = ("waiting", "late", "abandoned", "sent")
"""Late is what waits for another attempt."""
WIPED = {"recipient_sealed": None, "body_sealed": None}


class Leased(NamedTuple):
    """A message that a courier holds for one attempt, as it stood when it was leased."""

    id: UUID
    channel: str
    kind: str
    recipient_sealed: bytes | None
    body_sealed: bytes | None
    created_at: datetime
    attempts: int
    destination: UUID | None
    facts: dict[str, Any]


class OutgoingMessage(Model):
    """A message to send, written with its cause. Recipient and body are sealed, and wiped once sent.

    A courier leases it before each attempt, which is counted by that, and no other touches it until the lease ends.
    What goes over HTTP is made anew at each attempt: it holds facts instead, ids only, and the id of its destination,
    to whom one message leaves at a time.
    """

    __tablename__ = "outgoing_message"

    id: Mapped[PrimaryKey]
    channel: Mapped[str] = mapped_column(sa.String(8))
    kind: Mapped[str] = mapped_column(sa.String(80))
    fund_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("fund.id", ondelete="SET NULL"))
    destination: Mapped[UUID | None]
    recipient_sealed: Mapped[bytes | None]
    body_sealed: Mapped[bytes | None]
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    urgent: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    leased_until: Mapped[datetime | None]
    leased_by: Mapped[str | None] = mapped_column(sa.String(80))
    last_error: Mapped[str | None] = mapped_column(sa.String(200))
    sent_at: Mapped[datetime | None]
    abandoned_at: Mapped[datetime | None]

    __table_args__ = (
        sa.CheckConstraint("channel in ('mail', 'sms', 'http')", name="channel"),
        sa.Index(
            "ix_outgoing_message_due", "channel", "urgent", "due_at",
            sqlite_where=sa.text("sent_at IS NULL AND abandoned_at IS NULL"),
            postgresql_where=sa.text("sent_at IS NULL AND abandoned_at IS NULL"),
        ),
        sa.Index(
            "ix_outgoing_message_destination", "destination", "leased_until",
            sqlite_where=sa.text("destination IS NOT NULL AND sent_at IS NULL AND abandoned_at IS NULL"),
            postgresql_where=sa.text("destination IS NOT NULL AND sent_at IS NULL AND abandoned_at IS NULL"),
        ),
    )  # fmt: skip

    @classmethod
    def lease(cls, channel: str, holder: str, now: datetime, until: datetime) -> Leased | None:
        """Take the next that is due, the urgent first, for one attempt; of many couriers at once, one gets it."""
        first = sa.func.coalesce(*(_first(channel, urgent, now) for urgent in (True, False)))
        taken = sa.update(cls).where(cls.id == first, *_free(now))
        values = {"leased_until": until, "leased_by": holder, "attempts": cls.attempts + 1}
        found = db.session.execute(taken.values(values).returning(*(getattr(cls, name) for name in Leased._fields)))
        row = found.one_or_none()
        return None if row is None else Leased(*row)

    @classmethod
    def is_due(cls, channel: str, now: datetime) -> bool:
        """Whether there is anything to lease."""
        return db.session.scalar(_due(channel, now).limit(1)) is not None

    @classmethod
    def prolong(cls, ids: Sequence[UUID], holder: str, until: datetime) -> None:
        """Hold on to what a courier is at."""
        _update(cls.id.in_(ids), cls.leased_by == holder, cls.leased_until.is_not(None), leased_until=until)

    @classmethod
    def settle(cls, message_id: UUID, now: datetime) -> None:
        """It was sent, whoever holds it by now: nothing of what it said stays."""
        _update(cls.id == message_id, sent_at=now, leased_until=None, last_error=None, **WIPED)

    @classmethod
    def put_off(cls, message_id: UUID, holder: str, due_at: datetime, error: str) -> None:
        """It could not be sent yet."""
        _update(*_held(message_id, holder), due_at=due_at, leased_until=None, last_error=error)

    @classmethod
    def hold_back(cls, destination: UUID, now: datetime, until: datetime) -> None:
        """Nothing leaves for who is away: what waits for them is not tried before that instant."""
        _update(cls.destination == destination, cls.due_at < until, *_free(now), due_at=until)

    @classmethod
    def abandon(cls, message_id: UUID, holder: str, now: datetime, error: str) -> None:
        """It will not be tried again, unless an operator says so: it keeps what it says until then."""
        _update(*_held(message_id, holder), abandoned_at=now, leased_until=None, last_error=error)

    @classmethod
    def expire(cls, now: datetime) -> int:
        """Give up, and wipe, what is of no use to its reader any more; how many there were."""
        useless = (cls.expires_at <= now, cls.body_sealed.is_not(None), *_free(now, or_abandoned=True))
        gone = sa.func.coalesce(cls.abandoned_at, sa.literal(now, cls.abandoned_at.type))
        error = sa.func.coalesce(cls.last_error, "it expired before it could be sent")
        return _update(*useless, abandoned_at=gone, last_error=error, **WIPED)

    @classmethod
    def listed(cls, state: str | None, limit: int) -> list["OutgoingMessage"]:
        """Messages of one of STATES, or all that are not sent; the oldest first."""
        return list(db.session.scalars(sa.select(cls).where(*_in(state)).order_by(cls.id).limit(limit)))

    @classmethod
    def counted(cls, state: str) -> int:
        """How many are of one of STATES."""
        return db.session.scalar(sa.select(sa.func.count()).select_from(cls).where(*_in(state))) or 0

    @classmethod
    def purge(cls, before: datetime, most: int) -> int:
        """Delete what was sent or given up before that instant."""
        return delete_some(cls, most, sa.func.coalesce(cls.sent_at, cls.abandoned_at) < before)

    @classmethod
    def left_lying(cls, channel: str, since: datetime) -> int:
        """How many were due by that instant, and no courier has them."""
        return len(db.session.scalars(_due(channel, since)).all())

    @classmethod
    def retry(cls, ids: Sequence[UUID], now: datetime) -> int:
        """Let these be due now, the abandoned too, if they still hold what they say; how many there were."""
        is_whole = sa.or_(cls.body_sealed.is_not(None), cls.destination.is_not(None))
        waiting = (cls.id.in_(ids), is_whole, *_free(now, or_abandoned=True))
        return _update(*waiting, due_at=now, abandoned_at=None, created_at=now)

    @property
    def state(self) -> str:
        """One of STATES."""
        if self.sent_at or self.abandoned_at:
            return "sent" if self.sent_at else "abandoned"
        return "late" if self.last_error else "waiting"


def _free(now: datetime, or_abandoned: bool = False) -> list[sa.ColumnElement[bool]]:
    one = OutgoingMessage
    unheld = sa.or_(one.leased_until.is_(None), one.leased_until <= now)
    return [one.sent_at.is_(None), unheld, *([] if or_abandoned else [one.abandoned_at.is_(None)])]


def _due(channel: str, now: datetime) -> sa.Select[Any]:
    one = OutgoingMessage
    fresh = sa.or_(one.expires_at.is_(None), one.expires_at > now)
    return sa.select(one.id).where(one.channel == channel, one.due_at <= now, fresh, _unoccupied(now), *_free(now))


def _unoccupied(now: datetime) -> sa.ColumnElement[bool]:
    """Whether nothing is on its way to its destination: one that is slow holds one courier, not all of them."""
    one, other = OutgoingMessage, aliased(OutgoingMessage)
    underway = sa.exists().where(
        other.destination == one.destination,
        other.leased_until > now,
        other.sent_at.is_(None),
        other.abandoned_at.is_(None),
    )
    return ~underway


def _first(channel: str, urgent: bool, now: datetime) -> sa.ScalarSelect[Any]:
    """The next of its kind, that no other courier is taking: the index has it first, however many wait behind it."""
    one = OutgoingMessage
    due = _due(channel, now).where(one.urgent.is_(urgent)).order_by(one.due_at).limit(1)
    return due.with_for_update(skip_locked=True).scalar_subquery()


def _held(message_id: UUID, holder: str) -> list[sa.ColumnElement[bool]]:
    one = OutgoingMessage
    return [one.id == message_id, one.leased_by == holder, one.sent_at.is_(None)]


def _in(state: str | None) -> list[sa.ColumnElement[bool]]:
    one = OutgoingMessage
    underway = [one.sent_at.is_(None), one.abandoned_at.is_(None)]
    conditions: dict[str | None, list[sa.ColumnElement[bool]]] = {
        None: [one.sent_at.is_(None)],
        "waiting": [*underway, one.last_error.is_(None)],
        "late": [*underway, one.last_error.is_not(None)],
        "abandoned": [one.abandoned_at.is_not(None)],
        "sent": [one.sent_at.is_not(None)],
    }
    return conditions[state]


def _update(*where: sa.ColumnElement[bool], **values: Any) -> int:
    done = db.session.execute(sa.update(OutgoingMessage).where(*where).values(**values))
    return cast(sa.CursorResult[Any], done).rowcount
