"""Why a person cannot sign in, or not act: each check in the order in which it is met, and what to do about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from idp import clock
from idp.accounts import email_certification, logins
from idp.accounts.models import Account
from idp.delegations.mandates.models import Mandate, Wish
from idp.proofs import throttle
from idp.selfcare.models import Client, Place

MOST = 100
"""So many delegations are told."""


@dataclass(frozen=True)
class Finding:
    """One check: whether it holds, what was found, and what to do where it does not."""

    check: str
    ok: bool
    says: str
    do: str = ""


def explain(email: str) -> list[Finding]:
    """Every check for who signs in with that address, up to the first that no later one can mend."""
    canonical = logins.canonical(email)
    if canonical is None:
        return [Finding("address", ok=False, says="it is no mail address", do="ask for it again, letter by letter")]
    account = Account.by_email(canonical)
    if account is None:
        do = "another address? else two letters (idp members reissue), or an invitation by a holder of the company"
        return [Finding("account", ok=False, says="no account signs in with that address", do=do)]
    found = [*_account(account), _throttle(canonical), _address(account)]
    return [*found, *_places(account), *_clients(account), _sum(account)]


def _account(account: Account) -> Iterator[Finding]:
    stops = (
        ("suspended_at", "suspended", "an operator suspended it: see the audit before it is restored"),
        ("closed_at", "closed", "it stays closed: a new account needs two letters, or an invitation"),
        ("password_expired_at", "its password is to be replaced", "idp accounts send-reset"),
    )
    yield Finding("activated", account.activated_at is not None, _at(account.activated_at), "the link of its mail")
    for column, says, do in stops:
        at = getattr(account, column)
        yield Finding(column.removesuffix("_at"), at is None, f"{says} {_at(at)}" if at else "no", do if at else "")


def _throttle(canonical: str) -> Finding:
    until = throttle.waits_until("sign-in", canonical)
    if until is None:
        return Finding("tries", ok=True, says="the next try is allowed now")
    says = f"too many wrong passwords: no try before {_at(until)}"
    return Finding("tries", ok=False, says=says, do="wait, or idp accounts send-reset: a new password forgets them")


def _address(account: Account) -> Finding:
    email, now = account.email, clock.now()
    if email is None or not email_certification.is_good(email.certified_at, email.certification_due_at, now):
        do = "the next sign-in sends a mail whose link does it; is that mailbox still theirs?"
        return Finding("address certified", ok=False, says="not, or too long ago", do=do)
    return Finding("address certified", ok=True, says=f"until {_at(email.certification_due_at)}")


def _places(account: Account) -> Iterator[Finding]:
    now = clock.now()
    for one in Place.of(account.id):
        name = f"link to {one.number} {one.name}"
        if one.closed_at:
            yield Finding(
                name, ok=False, says=f"the organization ended {_at(one.closed_at)}", do="its register says so"
            )
        elif one.ended_at or (one.ends_at and one.ends_at <= now):
            says = f"ended {_at(one.ended_at or one.ends_at)}"
            yield Finding(name, ok=False, says=says, do="a holder invites again; or idp memberships add")
        else:
            yield Finding(
                name, ok=True, says=f"{'holder' if one.holder else ', '.join(one.rights)}, since {_at(one.started_at)}"
            )


def _clients(account: Account) -> Iterator[Finding]:
    now = clock.now()
    for one in Client.of(account.id, now, MOST):
        name = f"delegation of {one.organization.number} {one.organization.name}"
        says, do = _stops(one, now) or (f"until {one.delegation.ends_on} included", "")
        yield Finding(name, ok=not do, says=says, do=do)


def _stops(one: Client, now: datetime) -> tuple[str, str] | None:
    """The first thing that stands between a person and what was delegated."""
    delegation = one.delegation
    checks = (
        (one.organization.closed_at is not None, "the company ended", "its register says so"),
        (one.firm is not None and one.firm.closed_at is not None, "the firm ended", "its register says so"),
        (delegation.accepted_at is None, "not accepted", "the other side accepts it, before it lapses"),
        (delegation.suspended_at is not None, f"suspended by {delegation.suspended_by}", "whoever did lets it go on"),
        (delegation.ends_at <= now, f"its last day was {delegation.ends_on}", "a holder of the company renews it"),
        (delegation.starts_at > now, f"it starts {_at(delegation.starts_at)}", "wait"),
        (not _is_staff(one), "for named people of the firm, and this is none", "a holder of the firm assigns them"),
    )
    return next(((says, do) for stops, says, do in checks if stops), None)


def _is_staff(one: Client) -> bool:
    return (
        one.delegation.held_by_id is not None or one.delegation.all_staff or bool(one.staff_holder) or one.is_assigned
    )


def _sum(account: Account) -> Finding:
    total = Mandate.how_many(account.id, clock.now(), Wish())
    do = "" if total else "a holder invites them, two letters are attached, or a company delegates to their firm"
    return Finding("acts for", ok=total > 0, says=f"{total} organizations", do=do)


def _at(at: datetime | None) -> str:
    return at.isoformat(timespec="seconds") if at else "never"
