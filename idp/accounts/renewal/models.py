"""Which addresses are to be certified again, and whose owner was not reminded yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager

from idp.accounts.models import Account, EmailAddress
from idp.db import Condition, db


class Reminder(NamedTuple):
    """What should have left where a certification is due between two instants: so many reminders."""

    since: datetime
    until: datetime
    times: int


def to_remind(due: Sequence[Reminder], limit: int) -> list[EmailAddress]:
    """Addresses of which a reminder is due, the most pressing first.

    They are locked: of two campaigns at once, each gets others.
    """
    found = sa.select(EmailAddress).join(EmailAddress.account).where(_is_due(due))
    found = found.options(contains_eager(EmailAddress.account))
    pressing = found.order_by(EmailAddress.certification_due_at, EmailAddress.id).limit(limit)
    return list(db.session.scalars(pressing.with_for_update(of=EmailAddress, skip_locked=True)))


def count_to_remind(due: Sequence[Reminder]) -> int:
    """How many there are."""
    found = sa.select(sa.func.count()).select_from(EmailAddress).join(EmailAddress.account)
    return db.session.scalar(found.where(_is_due(due))) or 0


def _is_due(due: Sequence[Reminder]) -> Condition:
    spans = [
        sa.and_(
            EmailAddress.certification_due_at.between(one.since, one.until),
            EmailAddress.certification_reminders < one.times,
        )
        for one in due
    ]
    return sa.and_(sa.or_(sa.false(), *spans), EmailAddress.undeliverable_at.is_(None), Account.is_live())
