"""What can go wrong in the house, as a tree; each leaf has a status, and its words stand in `idp/web/errors.py`.

    DomainError                    a broken precondition: undoes the unit of work
    ├── UntrustedRequest     400   a portal we do not know, or an address it never registered
    ├── NotFound             404   no such thing, or not yours: both look the same
    ├── JourneyExpired       410   the sign-in under way has died
    ├── JourneyForeign       403   … or belongs to another browser             suspicious
    ├── OpeningExpired       410   the opening of an account has died
    ├── OpeningForeign       403   … or belongs to another browser             suspicious
    ├── Forbidden            403   signed in, but not allowed                  suspicious
    ├── TooMany              429   this network asked for too much in an hour
    ├── Unavailable          503   try again in a moment
    │   ├── StoreUnavailable 503   the short-lived store does not answer
    │   ├── DatabaseUnavailable    the database does not answer, or found a deadlock
    │   └── Busy             503   the password path is full
    └── SettingsRefused      500   unsafe or inconsistent settings: the program does not start

An expected refusal (a wrong password) is not here: it is a returned value, and its trace is kept. A protocol fault is
Authlib's `OAuth2Error`, inside `idp/oidc` only.
"""


class DomainError(Exception):
    """A broken precondition. The message is for the log, never for the page."""

    status = 400
    suspicious = False
    retry_after: int | None = None
    begin_again: str | None = None
    """The path of ours where a person can begin again."""


class UntrustedRequest(DomainError):
    """An authorization or sign-out request whose client or return address is unknown: nothing is sent back anywhere."""


class NotFound(DomainError):
    """No such thing, or not this person's: nothing outside tells which."""

    status = 404


class JourneyExpired(DomainError):
    """The sign-in under way has died; `client_id` lets the page offer a way back."""

    status = 410

    def __init__(self, message: str, client_id: str | None = None) -> None:
        super().__init__(message)
        self.client_id = client_id


class JourneyForeign(JourneyExpired):
    """The sign-in under way was begun in another browser."""

    status = 403
    suspicious = True


class OpeningExpired(DomainError):
    """The opening of an account under way has died; its letters are as good as before."""

    status = 410
    begin_again = "/opening"


class OpeningForeign(OpeningExpired):
    """The opening was begun in another browser."""

    status = 403
    suspicious = True


class Forbidden(DomainError):
    """The person is known and may not do this."""

    status = 403
    suspicious = True


class TooMany(DomainError):
    """This network asked for more than one network may in an hour."""

    status = 429
    retry_after = 600


class Unavailable(DomainError):
    """Something the answer needs is away for a moment."""

    status = 503
    retry_after = 5


class StoreUnavailable(Unavailable):
    """The short-lived store did not answer in time."""


class DatabaseUnavailable(Unavailable):
    """The database did not answer, or ended our transaction (a deadlock, a lost connection)."""


class Busy(Unavailable):
    """Too many passwords are being verified at this moment."""

    retry_after = 2


class SettingsRefused(DomainError):
    """The settings are unsafe or contradict each other; the message says which, and what to do."""

    status = 500
