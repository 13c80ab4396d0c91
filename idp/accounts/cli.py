"""`idp accounts`: who a person is, by their address."""

import json

import click
from flask.cli import AppGroup

from idp.accounts import cli_passwords, email_certification, logins, password_reset
from idp.accounts.models import Account
from idp.db import unit_of_work
from idp.settings import settings
from idp.web.commands import changes, refuse

BATCH = 200
"""Mails written in one unit of work."""

accounts = AppGroup("accounts", help="See the accounts of people, and remind them of their address.")


@accounts.command("show")
@click.argument("email")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def show(email: str, as_json: bool) -> None:
    """Show the account that signs in with this address: its id, which `idp sessions` asks for, and how it stands.

    \b
    idp accounts show lea.martin@martin.example.org
    """
    with unit_of_work(writes=False):
        canonical = logins.canonical(email)
        found = Account.by_email(canonical) if canonical else None
        if found is None:
            refuse("no account signs in with that address")
        shown = _shown(found)
    if as_json:
        click.echo(json.dumps(shown))
        return
    for name, value in shown.items():
        click.echo(f"{name:<28}{value or '-'}")


@accounts.command("remind")
@click.option("--limit", type=click.IntRange(1), help="At most so many mails; the others leave next time.")
@click.option("--dry-run", is_flag=True, help="Say how many would leave, and write none.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@changes
def remind(limit: int | None, dry_run: bool, as_json: bool) -> None:
    """Remind people whose address must be certified again: IDP_EMAIL_REMINDERS_BEFORE its due date, once each time.

    Run it every night. Killed, it is simply run again: no mail is lost, none written twice. They leave after what
    people wait for.

    \b
    30 2 * * *  idp accounts remind --operator cron
    """
    with unit_of_work(writes=False):
        due = email_certification.count_to_remind()
    most = due if limit is None else min(due, limit)
    written = most if dry_run else _remind(most)
    if as_json:
        click.echo(json.dumps({"due": due, "written": 0 if dry_run else written}))
    else:
        click.echo(f"due: {due}, {'would be written' if dry_run else 'written'}: {written}")


@accounts.command("send-reset")
@click.argument("email")
@changes
def send_reset(email: str) -> None:
    """Send the mail by which a person chooses a new password, to the address they sign in with, and to no other.

    \b
    idp accounts send-reset lea.martin@martin.example.org --operator karim
    """
    with unit_of_work():
        canonical = logins.canonical(email)
        account = Account.reachable(canonical=canonical) if canonical else None
        if account is None:
            refuse("no account that may be used signs in with that address")
        if not password_reset.send(account):
            refuse(f"{settings.reset_links} such mails were sent, and their links still work: the last one will do")
    click.echo(f"sent to {account.canonical}")


COMMANDS = (accounts, *cli_passwords.COMMANDS)


def _remind(most: int) -> int:
    """A batch is a unit of work: what was written before a kill stays written, and is remembered."""
    written = 0
    while written < most:
        with unit_of_work():
            done = email_certification.remind(min(BATCH, most - written))
        if not done:
            break  # the others were reminded by another run meanwhile
        written += done
        click.echo(f"{written} of {most}", err=True)
    return written


def _shown(account: Account) -> dict[str, str | None]:
    email = account.email
    facts = {
        "email_certified_at": email and email.certified_at,
        "email_certification_due_at": email and email.certification_due_at,
        **{name: getattr(account, name) for name in ("created_at", "activated_at", "suspended_at", "closed_at")},
    }
    return {
        "id": str(account.id),
        "name": account.name,
        "email": email.typed if email else None,
        **{name: value and value.isoformat(timespec="seconds") for name, value in facts.items()},
    }
