"""A long secret in a link: whoever shows it reads the mailbox it was sent to. One purpose, one target, once."""

from datetime import timedelta
from uuid import UUID

from idp import clock, extensions
from idp.db import Transaction, insert
from idp.proofs.models import Proof
from keys import opaque

_BOUND = "proof:address"


def issue(purpose: str, target_id: UUID, lifetime: timedelta, bound_to: str | None = None) -> str:
    """Make a secret of 256 bits, of which we keep a digest; `bound_to` is the very address it is sent to."""
    secret, now = opaque.make(), clock.now()
    row = {"purpose": purpose, "target_id": target_id, "digest": opaque.digest(secret), "created_at": now}
    row |= {"expires_at": now + lifetime, "bound_to": bound_to and extensions.purposes.mac(_BOUND, bound_to)}
    insert(Proof, row)
    return secret


def look(purpose: str, secret: str, own: Transaction | None = None, bound_to: str | None = None) -> UUID | None:
    """What a link is about, if it could be redeemed now; nothing is used.

    `own` is a transaction that ends before a password is hashed (PWD-6).
    """
    return Proof.target(purpose, opaque.digest(secret), _macs(bound_to), clock.now(), own=own)


def living(purpose: str, target_id: UUID) -> int:
    """How many links of that purpose are about that target and could be redeemed now."""
    return Proof.count_living(purpose, target_id, clock.now())


def redeem(purpose: str, secret: str, bound_to: str | None = None) -> UUID | None:
    """Use a link, and get what it is about; None when it is unknown, another purpose's, expired or used.

    With `bound_to`, the address that its target has now, a link sent to any other is refused too.
    """
    return Proof.redeem(purpose, opaque.digest(secret), _macs(bound_to), clock.now())


def spent(purpose: str, secret: str) -> UUID | None:
    """What a link was about that has been redeemed: for the page that says « déjà fait », which gives nothing else."""
    return Proof.spent(purpose, opaque.digest(secret))


def kill(purpose: str, target_id: UUID) -> None:
    """Let the links of that purpose and target that were not used be of no use."""
    Proof.kill(purpose, target_id)


def _macs(bound_to: str | None) -> list[bytes] | None:
    return None if bound_to is None else extensions.purposes.macs(_BOUND, bound_to)
