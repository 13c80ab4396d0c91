"""The commands of the funds: `idp funds apply` and `idp funds list`."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from idp.audit import log
from idp.audit.events import Event
from idp.db import unit_of_work
from idp.registry import funds as described
from idp.registry.models import Fund
from idp.web.commands import changes, refuse

funds = AppGroup("funds", help="The funds: their faces, contacts and pages.")
COMMANDS = (funds,)


@funds.command("apply")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@changes
def apply(file: Path) -> None:
    """Make the funds stand as FILE (YAML) describes them: all of it, or nothing where one value is refused.

    Applied twice, it changes nothing more. A text that changed becomes a new version; the former ones stay.

    \b
    funds:
      - code: nord
        name: Caisse du Nord
        website: https://nord.example.org
        logo: nord.svg
        colours: {brand: "#17496e"}
        contact: {email: contact@nord.example.org, phone: 01 99 00 12 34}
        sender: ne-pas-repondre@nord.example.org
        time_zone: Europe/Paris
        home_portal: portal
        texts:
          legal: {title: Mentions légales, markdown: "## Éditeur"}
          personal-data: …
          terms: …
          accessibility: …
          contact: …
    """
    try:
        read = described.read(file)
    except described.FileRefused as error:
        refuse(*str(error).splitlines())
    with unit_of_work():
        for fund in described.apply(read):
            if fund.changed or fund.is_new:
                log.record(Event.FUND_APPLIED, details={"fund": fund.code, "changed": fund.changed})
            click.echo(f"{fund.code}\t{_outcome(fund)}")


@funds.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def list_funds(as_json: bool) -> None:
    """List the funds.

    \b
    idp funds list --json | jq -r '.[].code'
    """
    with unit_of_work(writes=False):
        rows = [_shown(fund) for fund in Fund.all()]
    if as_json:
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    for row in rows:
        click.echo(f"{row['code']}\t{row['name']}\t{row['home_portal'] or '-'}")


def _outcome(fund: described.Applied) -> str:
    if fund.is_new:
        return "added"
    return f"changed: {', '.join(fund.changed)}" if fund.changed else "unchanged"


def _shown(fund: Fund) -> dict[str, object]:
    return {
        "code": fund.code,
        "name": fund.name,
        "website": fund.website,
        "contact_email": fund.contact_email,
        "contact_phone": fund.contact_phone,
        "sender": fund.sender,
        "time_zone": fund.time_zone,
        "home_portal": fund.home_client_id,
    }
