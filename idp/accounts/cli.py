"""`idp accounts`: who a person is, by their address."""

import json

import click
from flask.cli import AppGroup

from idp.accounts import logins
from idp.accounts.models import Account
from idp.db import unit_of_work
from idp.web.commands import refuse

accounts = AppGroup("accounts", help="See the accounts of people.")


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


COMMANDS = (accounts,)


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
