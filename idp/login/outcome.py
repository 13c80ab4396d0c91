"""What comes of a proof of identity."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from idp.sessions.lifecycle import OpenSession


class Reason(StrEnum):
    """Why it was refused: no word on whether the account exists."""

    CREDENTIALS = "credentials"
    TOO_MANY = "too_many"
    NETWORK = "network"
    """Too many logins failed from this network."""


@dataclass(frozen=True)
class SignedIn:
    """The person proved who they are."""

    account_id: UUID
    session: OpenSession


@dataclass(frozen=True)
class Refused:
    """They did not; when there were too many tries, `retry_at` is the instant of the next."""

    reason: Reason
    retry_at: datetime | None = None
