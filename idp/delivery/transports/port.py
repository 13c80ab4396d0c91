"""The port: a transport hands one message over, or says why it could not, without naming anybody."""

from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Protocol, TypeVar
from uuid import UUID


@dataclass(frozen=True)
class Mail:
    """A mail, ready to leave. `sender` is a name and an address; the id and the instant stay those of its writing."""

    id: UUID
    to: str
    sender: tuple[str, str]
    subject: str
    text: str
    html: str
    locale: str
    written_at: datetime


@dataclass(frozen=True)
class Sms:
    """An SMS, ready to leave; `to` is E.164."""

    id: UUID
    to: str
    text: str


@dataclass(frozen=True)
class Post:
    """A form, ready to leave for a client's program."""

    url: str
    fields: dict[str, str]


Message_contra = TypeVar("Message_contra", contravariant=True)


class Transport(Protocol[Message_contra]):
    """Hands messages over, one at a time: an instance belongs to one thread."""

    def send(self, message: Message_contra) -> None:
        """Return once the other side has taken it over. Raises `PutOff`, `ServerAway` or `Rejected`."""

    def close(self) -> None:
        """Let go of what is open; the next message opens it again."""


class Undelivered(Exception):
    """The message was not taken over. The reason goes to the log and to the operator: it names no address or number.

    `after` is how many seconds the other side asked us to wait, if it did.
    """

    def __init__(self, reason: str, after: int = 0) -> None:
        super().__init__(reason)
        self.after = after


class PutOff(Undelivered):
    """Not this message, not now."""


class ServerAway(PutOff):
    """Not now, and no other message either."""


class Rejected(Undelivered):
    """Never: another attempt would meet the same answer."""


def named(status: int) -> str:
    """A status of HTTP with its name: 402 Payment Required."""
    return f"{status} {HTTPStatus(status).phrase}" if status in set(HTTPStatus) else str(status)
