"""« Mot de passe oublié ? »: a link to the account's own mailbox; who shows it chooses a new password (guide)."""

from uuid import UUID

from idp import clock, errors
from idp.accounts import email_certification
from idp.accounts.models import Account, Reachable
from idp.audit import log, origin
from idp.audit.events import Event
from idp.db import own_transaction, undone_unless
from idp.delivery import outbox
from idp.extensions import house, passwords
from idp.proofs import budgets, links, rates, throttle
from idp.registry.models import Fund
from idp.sessions import lifecycle
from idp.settings import settings
from keys.errors import Busy

PURPOSE = "password-reset"
NOBODY = UUID(int=0)
"""No account, and no fund: asked for, it costs as much as one."""


def ask(canonical: str, journey_id: UUID | None = None) -> None:
    """Send a link to the account that signs in with that address, if there is one; nothing tells whether there is.

    Where there is none that may be used, or enough links live, the same is written and undone (LNK-7). Beyond what a
    network and an address may ask nothing is sent, and the links that were stay good (LNK-8). `journey_id` is where to
    go on afterwards. Raises `StoreUnavailable`.
    """
    if not (rates.within(PURPOSE, rates.network(), settings.network_tries) and budgets.allow_mail(canonical)):
        log.record(Event.RESET_ASKED, reason="too_many", address=canonical)
        return
    account = Account.reachable(canonical=canonical)
    room = _has_room(account.account_id if account else NOBODY)
    with undone_unless(account is not None and room):
        _send(account or Reachable(NOBODY, "", "", None, None, canonical, canonical), journey_id)
    log.record(Event.RESET_ASKED, subject=account.account_id if account else None, address=canonical)


def send(account: Reachable) -> bool:
    """Send a link for an operator, who answers for how often; False when enough of them live already."""
    if not _has_room(account.account_id):
        return False
    _send(account, None)
    log.record(Event.RESET_ASKED, subject=account.account_id)
    return True


def holder(secret: str) -> Reachable | None:
    """Whose link that is; None when it is of no use (any more). Nothing is used.

    In a transaction of its own, over before the new password is hashed (PWD-6).
    """
    with own_transaction(writes=False) as own:
        account_id = links.look(PURPOSE, secret, own)
        account = Account.reachable(account_id=account_id, own=own) if account_id else None
        if account is None or links.look(PURPOSE, secret, own, account.canonical) is None:
            return None
        return account


def done(secret: str) -> Reachable | None:
    """Whose password was chosen with that link, already."""
    account_id = links.spent(PURPOSE, secret)
    return Account.reachable(account_id=account_id) if account_id else None


def known_by(account: Reachable) -> tuple[str, ...]:
    """What its new password must not be made of."""
    return (account.given_names, account.family_name, account.canonical.partition("@")[0])


def choose(secret: str, account: Reachable, password: str) -> bool:
    """Use the link of that account, and let this be its password; False when the link is of no use any more.

    Every session and every grant ends, and nobody is signed in (PWD-8). Raises `errors.Busy`.
    """
    try:
        with passwords.place():
            password_hash = passwords.hash(password)
    except Busy as error:
        raise errors.Busy("the password path is full") from error
    held = Account.hold(account)  # first: of two links used at once, one waits here and is then of no use
    if held is None or links.redeem(PURPOSE, secret, bound_to=account.canonical) is None:
        return False
    now = clock.now()
    held.password_hash, held.password_set_at, held.password_expired_at = password_hash, now, None
    held.updated_at = now
    _end_what_stood_on_the_former(account)
    origin.acts(account.account_id)
    log.record(Event.PASSWORD_RESET, subject=account.account_id)
    outbox.send_mail(
        "accounts/password_changed", account.canonical, fund_id=account.fund_id, locale=account.locale, at=now
    )
    return True


def _has_room(account_id: UUID) -> bool:
    return links.living(PURPOSE, account_id) < settings.reset_links


def _send(account: Reachable, journey_id: UUID | None) -> None:
    fund = Fund.by_id(account.fund_id or NOBODY)  # asked for in any case: the mail, which wears its face, finds it read
    lifetime = settings.reset_link_lifetime
    secret = links.issue(PURPOSE, account.account_id, lifetime, bound_to=account.canonical)
    outbox.send_mail(
        "accounts/password_reset",
        account.canonical,
        fund_id=fund.id if fund else None,
        locale=account.locale,
        expires_at=clock.now() + lifetime,
        link=f"{settings.issuer}/{PURPOSE}/{secret}" + (f"?journey_id={journey_id}" if journey_id else ""),
        address=account.typed,
        lifetime=lifetime,
    )


def _end_what_stood_on_the_former(account: Reachable) -> None:
    for purpose in (PURPOSE, email_certification.PURPOSE):
        links.kill(purpose, account.account_id)
    throttle.forgive("sign-in", account.canonical)
    lifecycle.end_all(account.account_id)
    house.ended("credential", account.account_id)
