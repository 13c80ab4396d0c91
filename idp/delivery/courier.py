"""The courier, one a node: it delivers what is due, tries again, and gives up with a trace.

It looks once a second, the same on both databases: a mail takes longer than that to arrive. Each attempt is leased and
counted before it begins and settled after, in transactions of their own, and no transaction is open while a server is
spoken to. Killed in between, a message may leave twice, and none is lost: its lease ends, and it is due again.
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from enum import Enum
from time import monotonic, sleep
from typing import Any
from uuid import UUID

import structlog

from idp import clock
from idp.db import AWAY as SQL_AWAY
from idp.db import unit_of_work
from idp.delivery import outbox
from idp.delivery.models import Leased, OutgoingMessage
from idp.delivery.transports.http_post import HttpPost
from idp.delivery.transports.port import Rejected, ServerAway, Transport, Undelivered
from idp.delivery.transports.sms_gateway import SmsGateway
from idp.delivery.transports.smtp import Smtp
from idp.errors import DatabaseUnavailable
from idp.extensions import house
from idp.settings import Settings
from keys import opaque
from keys.errors import Unreadable

LEASE = timedelta(seconds=20)
"""How long after a courier was killed its messages wait. It is prolonged while an attempt lasts."""
PROLONGED_EVERY, EXPIRED_EVERY = 5.0, 60.0
POLL = 1.0
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=30), timedelta(hours=1)
AFTER_THE_FIRST = timedelta(seconds=1)
LONGEST_REST = 30.0
"""Seconds between two looks at a server that is away."""
AWAY = (*SQL_AWAY, DatabaseUnavailable)

Ways = Mapping[str, Callable[[], Transport[Any]]]
"""How to open a transport for each channel: one a lane, as they belong to one thread."""

log = structlog.get_logger("idp.delivery.courier")


def ways(chosen: Settings) -> Ways:
    """The transports of the settings. Without a gateway no SMS leaves, and they expire."""
    found: dict[str, Callable[[], Transport[Any]]] = {
        outbox.MAIL: lambda: Smtp(chosen),
        outbox.HTTP: lambda: HttpPost(chosen),
    }
    return found | ({outbox.SMS: lambda: SmsGateway(chosen)} if chosen.sms_url else {})


class Went(Enum):
    """How one turn of a lane went."""

    ON = "something was done"
    IDLE = "nothing is due"
    AWAY = "the server, or the database, is away"


class Courier:
    """Delivers the messages of an application, on lanes: threads that share nothing but the outbox."""

    def __init__(self, context: Callable[[], AbstractContextManager[Any]], chosen: Settings, opened: Ways) -> None:
        """`context` makes the application's context: a fresh one for each unit of work."""
        self._context, self._chosen, self._ways = context, chosen, opened
        self._stop = threading.Event()
        self._holder = f"{chosen.node[:40]}:{os.getpid()}:{opaque.make()[:8]}"
        self._noting = threading.Lock()
        self._under_way: set[UUID] = set()
        self.counts: Counter[str] = Counter()
        """How many attempts ended in which way: sent, put_off, abandoned."""

    def deliver_due(self) -> None:
        """Deliver what is due now, one after another, and return when nothing is, or a server is away."""
        self._expire()
        self._do_chores()
        keeper = threading.Thread(target=self._keep_leases, args=(lambda: self._stop.wait(POLL),), daemon=True)
        keeper.start()
        try:
            for channel, open_transport in self._ways.items():
                transport = open_transport()
                while self._deliver_next(channel, transport) is Went.ON:
                    pass
                transport.close()
        finally:
            self._stop.set()
            keeper.join()

    def watch(self, until: Callable[[], bool]) -> None:
        """Deliver until told to stop, and finish what is under way. `until` says so, and takes a moment to."""
        count = self._chosen.delivery_lanes
        lanes = [
            threading.Thread(target=self._lane, args=(channel, way()), daemon=True)
            for channel, way in self._ways.items()
            for _ in range(count)
        ]
        lanes.append(threading.Thread(target=self._do_chores_every_second, daemon=True))
        for lane in lanes:
            lane.start()
        self._keep_leases(until)
        self._stop.set()
        for lane in lanes:
            lane.join()

    def _keep_leases(self, until: Callable[[], bool]) -> None:
        prolonged = expired = monotonic()
        while not until():
            with suppress(*AWAY):
                if monotonic() - prolonged > PROLONGED_EVERY:
                    prolonged = monotonic()
                    self._prolong()
                if monotonic() - expired > EXPIRED_EVERY:
                    expired = monotonic()
                    self._expire()

    def _prolong(self) -> None:
        with self._noting:
            ids = list(self._under_way)
        if ids:
            with self._context(), unit_of_work():
                OutgoingMessage.prolong(ids, self._holder, clock.now() + LEASE)

    def _lane(self, channel: str, transport: Transport[Any]) -> None:
        rest = POLL
        while not self._stop.is_set():
            went = self._turn(channel, transport)
            if went is Went.IDLE:
                transport.close()
            if went is not Went.ON:
                self._stop.wait(rest * random.uniform(0.5, 1))  # noqa: S311 - so that lanes do not all look at once
            rest = min(2 * rest, LONGEST_REST) if went is Went.AWAY else POLL
        transport.close()

    def _do_chores_every_second(self) -> None:
        while not self._stop.wait(POLL):
            self._do_chores()

    def _do_chores(self) -> None:
        """What the house has for a process that waits on other machines anyway."""
        with self._context():
            for chore in house.chores:
                self._do(chore)

    def _do(self, chore: Callable[[], None]) -> None:
        try:
            chore()
        except AWAY as error:
            log.warning("delivery:courier:waits", cause=repr(error))
        except Exception as error:
            log.error("delivery:courier:crashed", exc_info=error)

    def _turn(self, channel: str, transport: Transport[Any]) -> Went:
        try:
            return self._deliver_next(channel, transport)
        except AWAY as error:
            log.warning("delivery:courier:waits", cause=repr(error))
        except Exception as error:
            # A lane that died would leave mail behind in silence.
            log.error("delivery:courier:crashed", channel=channel, exc_info=error)
        return Went.AWAY

    def _deliver_next(self, channel: str, transport: Transport[Any]) -> Went:
        """Try the next message that is due."""
        row = self._lease(channel)
        if row is None:
            return Went.IDLE
        with self._noting:
            self._under_way.add(row.id)
        try:
            return self._attempt(row, transport)
        finally:
            with self._noting:
                self._under_way.discard(row.id)

    def _attempt(self, row: Leased, transport: Transport[Any]) -> Went:
        try:
            with self._context(), unit_of_work(writes=False):
                message = outbox.opened(row)
            transport.send(message)
        except Undelivered as why:
            self._put_off(row, why)
            return Went.AWAY if isinstance(why, ServerAway) and not row.destination else Went.ON
        except Unreadable:
            self._put_off(row, Rejected("no master key of ours opens it"))
            return Went.ON
        except ValueError:
            self._put_off(row, Rejected("it cannot be written as a message"))
            return Went.ON
        self._settle(row)
        return Went.ON

    def _lease(self, channel: str) -> Leased | None:
        with self._context():
            now = clock.now()
            with unit_of_work(writes=False):
                if not OutgoingMessage.is_due(channel, now):
                    return None
            with unit_of_work():
                return OutgoingMessage.lease(channel, self._holder, now, now + LEASE)

    def _settle(self, row: Leased) -> None:
        """It has left: nothing but the end of the process may keep that from being written."""
        while True:
            try:
                with self._context(), unit_of_work():
                    OutgoingMessage.settle(row.id, clock.now())
                break
            except AWAY:
                sleep(POLL)
        self._tell("sent", row)

    def _put_off(self, row: Leased, why: Undelivered) -> None:
        now, words = clock.now(), str(why)[:200]
        jittered = delay(row.attempts, random.uniform(0.75, 1.25))  # noqa: S311 - no secret
        next_at = now + max(jittered, min(timedelta(seconds=why.after), LONGEST_DELAY))
        with self._context(), unit_of_work():
            if isinstance(why, ServerAway) and row.destination:
                # Of all but this one, which goes first again: its delay is the one that grows.
                OutgoingMessage.hold_back(row.destination, now, next_at + AFTER_THE_FIRST)
            given_up = isinstance(why, Rejected) or next_at > row.created_at + self._chosen.delivery_given_up_after
            if given_up:
                OutgoingMessage.abandon(row.id, self._holder, now, words)
            else:
                OutgoingMessage.put_off(row.id, self._holder, next_at, words)
        self._tell("abandoned" if given_up else "put_off", row, reason=words)

    def _expire(self) -> None:
        with self._context(), unit_of_work():
            expired = OutgoingMessage.expire(clock.now())
        if expired:
            log.error("delivery:message:expired", count=expired)

    def _tell(self, outcome: str, row: Leased, **more: str) -> None:
        with self._noting:
            self.counts[outcome] += 1
        told = {"sent": log.info, "put_off": log.warning, "abandoned": log.error}[outcome]
        told(f"delivery:message:{outcome}", message=str(row.id), kind=row.kind, attempts=row.attempts, **more)


def delay(attempts: int, jitter: float) -> timedelta:
    """How long after so many attempts the next one is due."""
    doubled: timedelta = FIRST_DELAY * 2 ** min(attempts - 1, 16)
    return min(doubled, LONGEST_DELAY) * jitter
