"""What ends with what: the grants that stood on a session, an account, a client…, in the same transaction."""

from collections.abc import Callable, Mapping
from uuid import UUID

from idp import clock
from idp.oidc.logout import telling
from idp.oidc.models import through_firms
from idp.oidc.models.grant import Grant


def end_grants(kind: str, ended_id: UUID) -> None:
    """End every live grant that stood on what ended, then have their clients told of it.

    A session ends its online grants; offline ones name none. A changed credential is told by the id of its account. A
    `grant` was ended by whoever tells.
    """
    ended = [ended_id] if kind == "grant" else ENDS[kind](ended_id)
    if ended:
        telling.tell(ended)


def _by_link(membership_id: UUID) -> list[UUID]:
    """What stood on it, and what it carried at the clients of a firm."""
    return Grant.end_where(Grant.membership_id == membership_id) + _by_firm(membership_id)


def _by_firm(membership_id: UUID) -> list[UUID]:
    return through_firms.end_of_link(membership_id, clock.now())


ENDS: Mapping[str, Callable[[UUID], list[UUID]]] = {
    "session": lambda ended_id: Grant.end_where(Grant.session_id == ended_id),
    "credential": lambda ended_id: Grant.end_where(Grant.account_id == ended_id),
    "account": lambda ended_id: Grant.end_where(Grant.account_id == ended_id),
    "client": lambda ended_id: Grant.end_where(Grant.client_id == ended_id),
    "organization": lambda ended_id: Grant.end_where(Grant.organization_id == ended_id),
    "membership": _by_link,
    "holding": _by_firm,  # who held a firm acts for the clients they were named for, and for no other
    "delegation": lambda ended_id: Grant.end_where(Grant.delegation_id == ended_id),
    "staff": lambda ended_id: through_firms.end_of_delegation(ended_id, clock.now()),
}
"""Which grants end, by the kind of what ended and its id; `staff` is told by the id of the delegation."""
