"""The `sub` by which a sector of clients knows an account: random, stored at first use, never derived (Core 8)."""

from uuid import UUID

from idp import clock
from idp.alive import LiveGrant
from idp.oidc.models.subject import Subject


def sub_of(alive: LiveGrant) -> str:
    """The `sub` of a grant's account, as its client's sector knows it."""
    return str(alive.sub or sub_for(alive.account_id, alive.sector))


def sub_for(account_id: UUID, sector: str) -> UUID:
    """The stored one, else a new one; of two first uses at once, both get the same."""
    return Subject.first_use(account_id, sector, clock.now())
