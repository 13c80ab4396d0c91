"""The hashes of passwords, brought under today's master key, so that a former one can leave (PWD-5)."""

from collections.abc import Iterable
from uuid import UUID

from idp.accounts.models import Account
from idp.extensions import passwords


def reseal(after: UUID | None, most: int) -> tuple[UUID | None, int]:
    """Seal again what is not under today's key, of so many accounts after that one, in the order of their ids.

    Which account was the last, None when there was none; and how many were sealed again. A password that changes
    meanwhile is left as it is: it is under today's key. Raises `keys.errors.Unreadable`.
    """
    read = Account.hashes(after, most)
    sealed = sum(Account.reseal(*one) for one in _resealed(read))
    return (read[-1][0] if read else None), sealed


def _resealed(read: Iterable[tuple[UUID, str]]) -> Iterable[tuple[UUID, str, str]]:
    for account_id, former in read:
        today = passwords.resealed(former)
        if today is not None:
            yield account_id, former, today
