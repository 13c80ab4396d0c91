"""The courier inside a test: it delivers what is due now, then stops."""

from typing import Any

from flask import Flask

from idp.delivery import outbox
from idp.delivery.courier import Courier, ways
from idp.delivery.models import OutgoingMessage


def delivers(app: Flask) -> dict[str, int]:
    """Post what waits for clients; how many were sent, put off and abandoned."""
    chosen: Any = app.extensions["settings"]
    posts = {outbox.HTTP: ways(chosen)[outbox.HTTP]}
    courier = Courier(app.app_context, chosen, posts)
    courier.deliver_due()
    return dict(courier.counts)


def waiting(app: Flask) -> list[OutgoingMessage]:
    """What is not sent, the oldest first."""
    with app.app_context():
        return [row for row in OutgoingMessage.listed(None, 1000) if row.channel == outbox.HTTP]
