"""The keys that clients publish at their `jwks_uri`: read by the courier, once a minute, and never in a request."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from idp import clock
from idp.db import unit_of_work
from idp.oidc.clients.public_keys import NoKeys, usable
from idp.oidc.models.client_keys import ClientKeys, Due
from idp.outbound import LONGEST, Forbidden, Outbound, Unreachable
from idp.settings import settings

AGAIN = timedelta(seconds=5)
"""Keys that nobody knows are looked for once in that time, whoever asks."""
LONGEST_DELAY = timedelta(minutes=10)

log = structlog.get_logger("idp.oidc.clients.remote_keys")


def want(client_id: UUID) -> None:
    """An assertion named a key we do not know: have the keys read again at once, unless they just were."""
    ClientKeys.want(client_id, clock.now(), AGAIN)


def read_due() -> None:
    """Read the keys that are due, one client after another; of several nodes, one reads each.

    No transaction is open while a client is asked.
    """
    with unit_of_work(writes=False):
        due = ClientKeys.due(clock.now())
    for client in due:
        with unit_of_work():
            is_ours = ClientKeys.lease(client, clock.now() + settings.client_keys_read_every)
        if is_ours:
            _read(client)


def _read(client: Due) -> None:
    try:
        jwks = _asked(client.uri)
    except (Unreachable, Forbidden, NoKeys) as why:
        with unit_of_work():
            ClientKeys.failed(client, clock.now() + _delay(client.failures), str(why))
        log.warning("oidc:client_keys:not_read", client=client.client_id, reason=str(why))
        return
    with unit_of_work():
        ClientKeys.keep(client, jwks, clock.now())


def _asked(uri: str) -> dict[str, Any]:
    answer = Outbound(settings).get(uri)
    if answer.status != 200:
        raise NoKeys(f"it answered {answer.status}")
    if len(answer.body) > LONGEST:
        raise NoKeys("it is too long")
    try:
        jwks = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise NoKeys("it is not JSON") from None
    usable(jwks)
    return dict(jwks)


def _delay(failures: int) -> timedelta:
    doubled: timedelta = settings.client_keys_read_every * 2 ** min(failures, 8)
    return min(doubled, LONGEST_DELAY)
