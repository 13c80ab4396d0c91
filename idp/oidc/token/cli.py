"""`idp clients explain`: what tokens would come out, and why each claim."""

import json
from dataclasses import asdict
from uuid import UUID

import click
from flask.cli import AppGroup

from idp.accounts import logins
from idp.accounts.models import Account
from idp.db import unit_of_work
from idp.oidc.models import registered
from idp.oidc.token import explaining
from idp.oidc.token.explaining import Explained
from idp.registry import directory
from idp.web.commands import refuse

fragment = AppGroup("clients", help="Joined to `idp clients`.")


@fragment.command("explain")
@click.option("--client", "client_id", required=True, metavar="CLIENT_ID", help="Who asks.")
@click.option("--account", "email", required=True, metavar="EMAIL", help="Whom it asks about.")
@click.option("--organization", metavar="ORGANIZATION", help="For which company: its id, or FUND:NUMBER.")
@click.option("--scope", "scopes", multiple=True, metavar="SCOPE", help="Repeat for more; else all it has.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def explain(client_id: str, email: str, organization: str | None, scopes: tuple[str, ...], as_json: bool) -> None:
    """Say what tokens a client would get of a person, for a company, and why each claim. No token is issued.

    \b
    idp clients explain --client portal --account lea.martin@martin.example.org --organization val:VE-3001
    idp clients explain --client paie --account noe@cabinet.example.org --json | jq .userinfo.organization
    """
    with unit_of_work() as work:
        client, canonical = registered.find(client_id), logins.canonical(email)
        person = Account.reachable(canonical=canonical) if canonical else None
        if client is None:
            refuse("no such client, or it is disabled")
        if person is None:
            refuse("no account that may be used signs in with that address: see idp accounts explain")
        place = _place(organization) if organization else None
        found = explaining.explain(client, person, place, list(scopes or client.scopes))
        work.undo()
    if as_json:
        click.echo(json.dumps(asdict(found), indent=2, ensure_ascii=False))
    else:
        _tell(found)


def _tell(found: Explained) -> None:
    click.echo(f"outcome       {found.outcome}")
    for reason in found.why:
        click.echo(f"because       {reason}")
    if found.outcome != "tokens":
        return
    click.echo(f"sub           {found.sub or 'made with the first token'}")
    for name, value in found.access_token.items():
        click.echo(f"access token  {name}: {json.dumps(value, ensure_ascii=False)}")
    for name, value in found.userinfo.items():
        both = "ID token too" if name in found.id_token else "userinfo"
        click.echo(f"{both:<14}{name}: {json.dumps(value, ensure_ascii=False)}  ({found.because[name]})")


def _place(text: str) -> UUID:
    fund, _, number = text.partition(":")
    try:
        found = directory.find(fund, number) if number else None
        return found.id if found else UUID(text)
    except ValueError:
        refuse(f"no organization is {text!r}: say its id, or FUND:NUMBER")
