"""The commands of the funds and of their register: `idp funds apply | list` and `idp members import | show`."""

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NoReturn, TypeVar

import click
from flask.cli import AppGroup

from idp.audit import log
from idp.audit.events import Event
from idp.db import unit_of_work
from idp.registry import cli_letters, directory, feed, sync
from idp.registry import funds as described
from idp.registry.models import Fund, Organization
from idp.web.commands import changes, refuse

T = TypeVar("T")

funds = AppGroup("funds", help="The funds: their faces, contacts and pages.")
members = AppGroup("members", help="The register: members, their sites, and firms.")
members.commands.update(cli_letters.fragment.commands)
COMMANDS = (funds, members)

_TOLD_EVERY = 20_000


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


@members.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Do it all, count it, and undo it.")
@click.option("--complete", is_flag=True, help="The file is whole: of its funds, what it does not name ends.")
@click.option("--allow-ending", type=click.IntRange(0), default=0, metavar="N", help="Up to N missing ones may end.")
@click.option(
    "--allow-siren-changes", type=click.IntRange(0), default=0, metavar="N",
    help="Up to N numbers may change companies: the accounts of each stay with it.",
)  # fmt: skip
@click.option(
    "--restore", multiple=True, metavar="FUND:NUMBER", help="Bring back what had ended; its links stay ended."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
@changes
def import_members(file: Path, dry_run: bool, as_json: bool, restore: tuple[str, ...], **allowed: int) -> None:
    """Bring the register up to date with FILE (CSV): all of it, or nothing where one line is bad.

    Imported twice, it changes nothing more. What FILE does not name is left alone, unless it is --complete; more than
    1 % of a fund's organizations then end only with --allow-ending. What had ended and stands in FILE again is left as
    it is, unless --restore names it.

    \b
    Columns, in any order, between ; or , and in UTF-8 or Windows-1252:
      fund, number, siret, name
      kind                      member, site or firm
      parent                    a site's member, by its number
      civility, given_names, family_name     of the holder
      address_1 … address_6     38 characters each
      overseas                  yes or no (oui, non, 1, 0)
      closed_on                 2026-12-31 or 31/12/2026: it ends on that day
    """
    named = frozenset(_split(one) for one in restore)
    asked = sync.Allowed(
        bool(allowed["complete"]), allowed["allow_ending"], allowed["allow_siren_changes"], restored=named
    )
    try:
        with file.open("rb") as opened, unit_of_work() as work:
            report = sync.run(_told(feed.read(opened)), asked)
            if dry_run:
                work.undo()
    except sync.ImportRefused as refused:
        _refuse_import(refused, as_json)
    _report(report, dry_run, as_json)


@members.command("show")
@click.argument("fund")
@click.argument("number")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def show_member(fund: str, number: str, as_json: bool) -> None:
    """Show what the register of FUND says of NUMBER."""
    with unit_of_work(writes=False):
        found = directory.find(fund, number)
        if found is None:
            refuse(f"{fund}:{number} is not in the register")
        row = _organization(fund, found)
    if as_json:
        click.echo(json.dumps(row, indent=2, ensure_ascii=False))
        return
    for name, value in row.items():
        click.echo(f"{name:<12}{', '.join(value) if isinstance(value, list) else '-' if value is None else value}")


def _split(key: str) -> tuple[str, str]:
    fund, colon, number = key.partition(":")
    if not (fund and colon and number):
        raise click.BadParameter(f"{key!r} is not FUND:NUMBER", param_hint="--restore")
    return fund, number


def _told(lines: Iterable[T]) -> Iterator[T]:
    """Tell on stderr how far the reading is: over the same line on a terminal, on lines of their own elsewhere."""
    terminal = sys.stderr.isatty()
    click.echo("reading", err=True)
    count = 0
    for count, line in enumerate(lines, 1):
        if count % _TOLD_EVERY == 0:
            click.echo(f"{count} lines read", err=True, nl=not terminal)
            click.echo("\r", err=True, nl=False) if terminal else None
        yield line
    click.echo(f"{count} lines read, applying them", err=True)


def _refuse_import(refused: sync.ImportRefused, as_json: bool) -> NoReturn:
    faults = [fault._asdict() for fault in refused.faults]
    if as_json:
        click.echo(json.dumps({"refused": faults, "count": refused.count}, indent=2, ensure_ascii=False))
    reasons = [f"line {fault.line}: {fault.reason}" if fault.line else fault.reason for fault in refused.faults]
    more = refused.count - len(reasons)
    refuse(*reasons, *([f"and {more} more"] if more > 0 else []), "nothing was changed")


def _report(report: sync.Report, dry_run: bool, as_json: bool) -> None:
    if as_json:
        whole = {"dry_run": dry_run, **report.counts(), "left_closed": report.left_closed}
        click.echo(json.dumps(whole, indent=2))
        return
    for name, count in report.counts().items():
        click.echo(f"{name:<18}{count:>9}")
    for key in report.left_closed[: sync.MOST_REASONS]:
        click.echo(f"had ended, and is left so: {key}")
    if dry_run:
        click.echo("a dry run: nothing was changed")


def _organization(fund: str, found: Organization) -> dict[str, object]:
    holder = [found.holder_civility, found.holder_given_names, found.holder_family_name]
    parent = Organization.by_id(found.parent_id) if found.parent_id else None
    return {
        "id": str(found.id),
        "fund": fund,
        "number": found.number,
        "kind": found.kind,
        "siret": found.siret,
        "name": found.name,
        "parent": parent.number if parent else None,
        "holder": " ".join(filter(None, holder)) or None,
        "address": found.address,
        "overseas": found.overseas,
        "closed_at": found.closed_at.isoformat() if found.closed_at else None,
        "updated_at": found.updated_at.isoformat(),
    }


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
