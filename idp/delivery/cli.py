"""`idp outbox`: deliver what waits, see what is stuck and why, try it again."""

import json
import os
import signal
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from idp import clock
from idp.audit import log
from idp.audit.events import Event
from idp.db import unit_of_work
from idp.delivery import outbox
from idp.delivery.courier import Courier, ways
from idp.delivery.models import STATES, OutgoingMessage
from idp.settings import Settings, settings
from idp.web import commands
from idp.web.commands import changes, refuse

group = AppGroup("outbox", help="Mail and SMS that wait to be sent. None is shown: they are sealed.")
COMMANDS = (group,)

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


@group.command("deliver")
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C. `idp serve` runs this by itself.")
@click.option("--parent", type=int, metavar="PID", help="With --watch: end when that process, our parent, has ended.")
@AS_JSON
@with_appcontext
def deliver(watch: bool, parent: int | None, as_json: bool) -> None:
    """Deliver what is due, and say how much was sent, put off, or given up.

    \b
    idp outbox deliver
    idp outbox deliver --watch
    """
    chosen: Settings = current_app.extensions["settings"]  # not its proxy: lanes are threads without a context
    courier = Courier(current_app.app_context, chosen, ways(chosen))
    if watch:
        courier.watch(_told_to_stop(parent))
    else:
        courier.deliver_due()
    counts = {outcome: courier.counts[outcome] for outcome in ("sent", "put_off", "abandoned")}
    if as_json:
        click.echo(json.dumps(counts))
    elif not watch:
        click.echo("  ".join(f"{outcome.replace('_', ' ')}: {count}" for outcome, count in counts.items()))


@group.command("list")
@click.option("--state", type=click.Choice(STATES), help="Of that state only; without it, all that is not sent.")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True, help="The oldest so many.")
@AS_JSON
def list_messages(state: str | None, limit: int, as_json: bool) -> None:
    """List messages, the oldest first: what becomes of each, and why it was not sent.

    \b
    idp outbox list --state abandoned
    idp outbox list --json | jq -r '.[] | select(.attempts > 3) | .id'
    """
    with unit_of_work(writes=False):
        rows = [_shown(row) for row in OutgoingMessage.listed(state, limit)]
        counts = {one: OutgoingMessage.counted(one) for one in STATES}
    if as_json:
        click.echo(json.dumps(rows, indent=2))
        return
    for row in rows:
        click.echo(f"{row['id']}  {row['channel']:4}  {row['kind']}  {_told(row)}")
    click.echo(", ".join(f"{count} {one}" for one, count in counts.items()))


@group.command("retry")
@click.argument("ids", nargs=-1, type=click.UUID)
@click.option("--all", "every", is_flag=True, help="Every message that is late or was given up.")
@AS_JSON
@changes
def retry(ids: tuple[UUID, ...], every: bool, as_json: bool) -> None:
    """Let messages be tried again at once, those given up too, unless they have expired.

    \b
    idp outbox retry 0198… --operator lea
    idp outbox retry --all --operator lea
    """
    if bool(ids) == every:
        raise click.UsageError("name messages, or --all")
    with unit_of_work():
        chosen = ids or [row.id for one in ("late", "abandoned") for row in OutgoingMessage.listed(one, 1_000_000)]
        count = OutgoingMessage.retry(chosen, clock.now())
        if not every and count < len(set(ids)):
            refuse("not all of them wait: one was sent, has expired, is being sent, or never was")
        log.record(Event.MESSAGES_RETRIED, details={"count": count, "messages": [str(one) for one in ids]})
    click.echo(json.dumps({"due": count}) if as_json else f"due now: {count}")


@group.command("try")
@click.argument("recipient")
@click.option("--locale", type=click.Choice(["fr", "en"]), default="fr", show_default=True, help="Its language.")
@changes
def try_out(recipient: str, locale: str) -> None:
    """Write a message to RECIPIENT, an address or a number (+33…), to see that mail and SMS arrive.

    \b
    idp outbox try lea@example.org --operator lea
    """
    send = outbox.send_sms if recipient.startswith("+") else outbox.send_mail
    with unit_of_work():
        try:
            message_id = send("delivery/trial", recipient, locale=locale, operator=commands.operator())
        except ValueError as error:
            refuse(str(error))
        log.record(Event.MESSAGE_TRIED, details={"message": str(message_id)})
    click.echo(f"written: {message_id}")


def _told_to_stop(parent: int | None) -> Callable[[], bool]:
    """Whether SIGTERM or Ctrl-C came within half a second, or the server that started us has ended, however it did."""
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # for the threads to come too: they only wait here
    return lambda: bool(signal.sigtimedwait(signals, 0.5)) or parent not in (None, os.getppid())


def _shown(row: OutgoingMessage) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "state": row.state,
        "channel": row.channel,
        "kind": row.kind,
        "urgent": row.urgent,
        "attempts": row.attempts,
        "created_at": _at(row.created_at),
        "due_at": _at(row.due_at),
        "expires_at": _at(row.expires_at),
        "sent_at": _at(row.sent_at),
        "abandoned_at": _at(row.abandoned_at),
        "reason": _reason(row),
    }


def _reason(row: OutgoingMessage) -> str | None:
    if row.channel == outbox.SMS and row.state == "waiting" and not settings.sms_url:
        return "no SMS leaves, as IDP_SMS_URL is empty"
    return row.last_error


def _told(row: dict[str, Any]) -> str:
    """What becomes of a message, in words."""
    tries = "tried once" if row["attempts"] == 1 else f"tried {row['attempts']} times"
    words = {
        "waiting": f"waits since {row['created_at']}",
        "late": f"{tries}, again at {row['due_at']}",
        "abandoned": f"{tries}, given up at {row['abandoned_at']}",
        "sent": f"sent at {row['sent_at']}",
    }
    return words[row["state"]] + (f": {row['reason']}" if row["reason"] else "")


def _at(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat(timespec="seconds")
