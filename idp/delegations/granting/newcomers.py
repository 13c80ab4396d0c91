"""Whoever reads the mailbox of an offer and has no account opens one, and holds that one delegation (DLG-4)."""

from idp.accounts.models import Account
from idp.accounts.opening import newcomers
from idp.accounts.opening.newcomers import Newcomer, Refusal, Way
from idp.audit import log
from idp.audit.events import Event
from idp.delegations.granting import answering
from idp.delegations.granting.answering import Offer

WAY = Way("delegation-offer-code", "delegations/offer_code")


def open_account(secret: str, offer: Offer, newcomer: Newcomer, code: str) -> Refusal | None:
    """Open the account, sign the person in and let them hold that one delegation; all of it, or nothing."""

    def accepts(account: Account) -> bool:
        return answering.accept_by_link(secret, offer, account.id) is None

    opened = newcomers.open_account(WAY, offer, newcomer, code, accepts)
    if not isinstance(opened, Refusal):
        return None
    details = {"delegation": str(offer.id)}
    log.record(Event.DELEGATION_TURNED_AWAY, organization=offer.organization_id, reason=opened, details=details)
    return opened
