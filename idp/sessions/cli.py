"""`idp sessions`: who is signed in, and ending it. Accounts are named by their id here."""

import json
from uuid import UUID

import click
from flask.cli import AppGroup

from idp.db import unit_of_work
from idp.sessions import lifecycle
from idp.sessions.models import Session
from idp.web.commands import changes, refuse

sessions = AppGroup("sessions", help="See and end sessions. Ending one ends the online grants that stand on it.")


@sessions.command("list")
@click.option("--account", "account_id", type=click.UUID, required=True, help="The account's id.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_sessions(account_id: UUID, as_json: bool) -> None:
    """List the sessions of an account that have not ended."""
    with unit_of_work(writes=False):
        rows = [_shown(row) for row in Session.of(account_id)]
    if as_json:
        click.echo(json.dumps(rows))
        return
    for row in rows:
        click.echo("  ".join(str(value) for value in row.values()))
    click.echo(f"{len(rows)} sessions")


@sessions.command("end")
@click.argument("session_id", type=click.UUID, required=False)
@click.option("--account", "account_id", type=click.UUID, help="Every session of this account (its id).")
@click.option("--everyone", is_flag=True, help="Everybody: nothing issued before now is accepted any more.")
@changes
def end(session_id: UUID | None, account_id: UUID | None, everyone: bool) -> None:
    """End one session, all those of an account, or everybody's.

    \b
    idp sessions end 0190… --operator lea
    idp sessions end --everyone --operator lea
    """
    if sum([session_id is not None, account_id is not None, everyone]) != 1:
        raise click.UsageError("name one session, or --account, or --everyone")
    with unit_of_work():
        if everyone:
            lifecycle.end_everyone()
            click.echo("ended: everything issued before now")
        elif account_id is not None:
            click.echo(f"ended: {lifecycle.end_all(account_id)} sessions")
        elif session_id is not None:
            if not lifecycle.end(session_id):
                refuse("no such session, or it has ended already")
            click.echo("ended: 1 session")


COMMANDS = (sessions,)


def _shown(row: Session) -> dict[str, object]:
    return {
        "id": str(row.id),
        "started_at": row.started_at.isoformat(),
        "seen_at": row.seen_at.isoformat(),
        "methods": row.methods,
    }
