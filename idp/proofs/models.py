"""How often something was tried."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from idp.db import Model


class Attempt(Model):
    """The tries of one login (an HMAC of it, account or not), counted before anything is verified."""

    __tablename__ = "attempt"

    key: Mapped[bytes] = mapped_column(sa.LargeBinary(32), primary_key=True)
    tries: Mapped[int]
    day_tries: Mapped[int]
    day_started_at: Mapped[datetime]
    allowed_at: Mapped[datetime]
    tried_at: Mapped[datetime] = mapped_column(index=True)
