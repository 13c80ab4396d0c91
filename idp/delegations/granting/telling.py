"""Both sides are told of each act: the company by a mail, a proven firm by its digest, but at once of a lost access."""

from enum import StrEnum
from typing import Any
from uuid import UUID

from idp import clock
from idp.accounts.models import Account, Reachable
from idp.delegations.granting import models
from idp.delegations.models import Delegation
from idp.delivery import outbox
from idp.registry.models import Organization


class What(StrEnum):
    """What happened to a delegation."""

    OFFERED = "offered"
    ASKED = "asked"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    REVOKED = "revoked"
    RENEWED = "renewed"
    CONFIRMED = "confirmed"
    CONFIRM = "confirm"
    """A new holder is asked whether it goes on."""
    ENTERED = "entered"
    """An operator wrote a signed mandate down."""
    RENEWAL = "renewal"
    """The firm asks for a later last day."""
    ENDING = "ending"
    """Its last day is near."""
    PROVEN = "proven"
    """Its firm was proven: what one person held, or was offered, is the firm's now."""
    NO_MORE_ALONE = "no_more_alone"
    """The same, for that person, who is none of the firm's people."""
    OVER = "over"
    """Its last day has passed."""


LOST = frozenset({What.SUSPENDED, What.REVOKED})
"""Of which a firm is told at once."""


def tell_both(one: Delegation, organization: Organization, what: What) -> None:
    """Tell the holders of the company, and the firm."""
    tell_member(one, organization, what)
    tell_firm(one, organization, what)


def tell_member(one: Delegation, organization: Organization, what: What) -> None:
    """A mail to each holder of the company."""
    for person in holders(organization.id):
        send("delegations/changed", person, organization, one, what=what)


def tell_firm(one: Delegation, organization: Organization, what: What) -> None:
    """A line of the next digest to the holders of a proven firm, or a mail at once; to one person alone a mail."""
    if one.held_by_id is not None:
        people = [Account.reachable(account_id=one.held_by_id)]
    elif one.firm_id is not None and what in LOST:
        people = list(holders(one.firm_id))
    else:
        people = []
    for person in filter(None, people):
        send("delegations/firm_changed", person, organization, one, what=what)
    if one.firm_id is not None:
        one.firm_news = what


def holders(organization_id: UUID) -> list[Reachable]:
    """The holders of a company or a firm, and where their mails go."""
    found = [Account.reachable(account_id=one) for one in models.holder_accounts(organization_id, clock.now())]
    return [one for one in found if one is not None]


def send(kind: str, to: Reachable, organization: Organization, one: Delegation, **facts: Any) -> None:
    """Write one mail about one delegation; no link: none of ours leads to a password (LNK-14)."""
    told = {"company": organization.name, "firm": one.firm_name, "last_day": one.ends_on, **facts}
    outbox.send_mail(kind, to.canonical, fund_id=organization.fund_id, locale=to.locale, urgent=False, **told)
