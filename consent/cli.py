"""`idp consents`: what people allowed applications, and taking it back in their name."""

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import click
from flask.cli import AppGroup

from consent import models, withdrawal
from consent.models import Consent
from idp.accounts import logins
from idp.accounts.models import Account
from idp.db import unit_of_work
from idp.oidc.models.client import Client
from idp.web.commands import changes, refuse

consents = AppGroup("consents", help="See what people allowed applications, and take it back.")
COMMANDS = (consents,)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
of_client = click.option("--client", "client_id", metavar="CLIENT_ID", help="Only those given to this client.")


@consents.command("list")
@click.argument("email", required=False)
@of_client
@as_json
def list_consents(email: str | None, client_id: str | None, as_json: bool) -> None:
    """List the consents in force: of the person who signs in with this address, to a client, or both.

    \b
    idp consents list lea.martin@martin.example.org
    idp consents list --client paie --json
    """
    if email is None and client_id is None:
        raise click.UsageError("name a person by their address, or a client by --client")
    with unit_of_work(writes=False):
        person = _person(email).id if email else None
        client = _client(client_id).id if client_id else None
        rows = _shown(Consent.in_force(account_id=person, client_id=client))
    _print(rows, as_json)


@consents.command("withdraw")
@click.argument("email")
@of_client
@as_json
@changes
def withdraw(email: str, client_id: str | None, as_json: bool) -> None:
    """Take back what the person who signs in with this address allowed a client, or every client.

    Every grant that stood on it ends at once, offline ones too. The application asks for consent again when the person
    comes back to it.

    \b
    idp consents withdraw lea.martin@martin.example.org --client paie --operator karim
    """
    with unit_of_work():
        person, client = _person(email), _client(client_id) if client_id else None
        taken = [
            _taken(person.id, one)
            for one in withdrawal.applications_of(person.id)
            if client is None or one.client.id == client.id
        ]
    if not taken:
        refuse("nothing of the kind is in force: see `idp consents list`")
    _print(taken, as_json)


def _taken(account_id: UUID, application: withdrawal.Application) -> dict[str, Any]:
    company = application.organization
    ended = withdrawal.withdraw(account_id, application.client.id, application.organization_id)
    return {
        "client_id": application.client.client_id,
        "organization_id": str(company.id) if company else None,
        "organization": company.name if company else None,
        "scopes": application.scopes,
        "grants_ended": ended,
    }


def _shown(rows: Iterable[Consent]) -> list[dict[str, Any]]:
    found = list(rows)
    known = {client.id: client for client in Client.all()}
    companies = models.organizations(one.organization_id for one in found)
    return [
        {
            "account_id": str(one.account_id),
            "client_id": known[one.client_id].client_id,
            "organization_id": str(one.organization_id) if one.organization_id else None,
            "organization": companies[one.organization_id].name if one.organization_id else None,
            "scopes": one.scopes,
            "rights": one.rights,
            "granted_at": one.granted_at.isoformat(timespec="seconds"),
        }
        for one in found
    ]


def _person(email: str) -> Account:
    canonical = logins.canonical(email)
    found = Account.by_email(canonical) if canonical else None
    return found or refuse("no account signs in with that address")


def _client(client_id: str) -> Client:
    return Client.by_client_id(client_id) or refuse(f"no client is named {client_id!r}: see `idp clients list`")


def _print(rows: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        shown = (" ".join(value) if isinstance(value, list) else value for value in row.values())
        click.echo("\t".join("-" if value in (None, "") else str(value) for value in shown))
    click.echo(f"{len(rows)} in all", err=True)
