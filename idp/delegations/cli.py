"""`idp delegations`: which company lets which firm act, as an operator sees and changes it."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from flask.cli import AppGroup

from idp import clock
from idp.accounts.models import RIGHTS
from idp.accounts.views import menus
from idp.db import unit_of_work
from idp.delegations.granting import firms, former_area, models, paper, reminding, standing, summary, terms
from idp.delegations.granting.paper import Mandate
from idp.delegations.granting.states import State, state
from idp.delegations.models import Delegation
from idp.registry import directory
from idp.registry import siret as sirets
from idp.registry.models import Organization
from idp.web.commands import changes, refuse

BATCH = 200
"""Delegations dealt with in one unit of work."""
MOST = 1000
"""Delegations that one list shows."""

delegations = AppGroup(
    "delegations", help="Which company lets which firm act: see, enter from paper, stop, remind. Ids come from `list`."
)
pdf_option = click.option(
    "--pdf", type=click.Path(dir_okay=False, path_type=Path), help="Write it as one sheet, to keep."
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


@delegations.command("list")
@click.option("--fund", help="Only of this fund (with --number: of this company).")
@click.option("--number", help="Only of the company of this number.")
@click.option("--firm", metavar="SIRET", help="Only to the firm of this SIRET.")
@click.option("--state", "wanted", type=click.Choice([one.value for one in State]), help="Only those that stand so.")
@json_option
def list_(fund: str | None, number: str | None, firm: str | None, wanted: str | None, as_json: bool) -> None:
    """List delegations, the newest first, a thousand at most.

    \b
    idp delegations list --fund nord --number N-1234
    idp delegations list --firm 99900004500016 --state standing --json
    """
    with unit_of_work(writes=False):
        organization_id = _organization(fund or "", number).id if number else None
        some = models.some(MOST, fund=fund, organization_id=organization_id, firm_siret=firm and _siret(firm))
        shown = [_shown(one) for one in some]
    shown = [one for one in shown if wanted in (None, one["state"])]
    if as_json:
        click.echo(json.dumps(shown))
        return
    for one in shown:
        click.echo("  ".join(str(one[name]) for name in ("id", "state", "ends_on", "company", "firm")))


@delegations.command("show")
@click.argument("delegation_id", metavar="ID", type=click.UUID)
@pdf_option
@json_option
def show(delegation_id: UUID, pdf: Path | None, as_json: bool) -> None:
    """Show one delegation: what it gives, and what happened to it."""
    with unit_of_work(writes=False):
        one, organization = _found(delegation_id)
        shown = _shown(one)
        sheet = summary.sheet(one, organization, menus.in_words(one.rights)) if pdf else b""
    if pdf:
        pdf.write_bytes(sheet)
    _print(shown, as_json)


@delegations.command("add")
@click.option("--fund", required=True, help="The fund of the company.")
@click.option("--number", required=True, help="The number of the company there.")
@click.option("--firm", required=True, metavar="SIRET", help="The proven firm's SIRET.")
@click.option(
    "--right", "rights", required=True, multiple=True, type=click.Choice(RIGHTS), help="Give this; repeat it."
)
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day, included.")
@click.option("--evidence", required=True, metavar="REF", help="Where the signed mandate can be read.")
@click.option("--applications", is_flag=True, help="The firm's own software may read the company's data.")
@click.option("--machines", is_flag=True, help="Its programs may act while nobody is there.")
@pdf_option
@json_option
@changes
def add(until: datetime, pdf: Path | None, as_json: bool, **given: Any) -> None:
    """Enter a mandate that a company signed on paper: it stands at once.

    Its holders are told by mail, where they have an account; and the company, with an account or without, by a letter
    to the address of the register, which leaves with the next batch (`idp members letters`).

    \b
    idp delegations add --fund nord --number N-1234 --firm 99900004500016 --right documents:read \\
      --until 2027-12-31 --evidence courrier-2026-118 --operator karim
    """
    with unit_of_work():
        organization = _organization(given["fund"], given["number"])
        allowed = {"applications_allowed": given["applications"], "machine_allowed": given["machines"]}
        wanted = terms.of(given["rights"], until.date(), **allowed)
        mandate = Mandate(organization, _siret(given["firm"]), wanted, given["evidence"])
        done = paper.enter(mandate, menus.in_words(wanted.rights))
        if not isinstance(done, Delegation):
            refuse(former_area.REASONS[done])
        shown = _shown(done)
        sheet = summary.sheet(done, organization, menus.in_words(done.rights)) if pdf else b""
    if pdf:
        pdf.write_bytes(sheet)
    _print(shown, as_json)


@delegations.command("revoke")
@click.argument("delegation_id", metavar="ID", type=click.UUID)
@changes
def revoke(delegation_id: UUID) -> None:
    """End a delegation at once, for good: its tokens are refused, both sides are told."""
    with unit_of_work():
        if not standing.revoke(*_found(delegation_id), standing.OPERATOR):
            refuse("it is not in force")
    click.echo("revoked")


@delegations.command("suspend")
@click.argument("delegation_id", metavar="ID", type=click.UUID)
@changes
def suspend(delegation_id: UUID) -> None:
    """Stop a delegation at once, for instance on a fraud: nobody but an operator lets it go on."""
    with unit_of_work():
        if not standing.suspend(*_found(delegation_id), standing.OPERATOR):
            refuse("it is not in force, or is suspended already")
    click.echo("suspended")


@delegations.command("resume")
@click.argument("delegation_id", metavar="ID", type=click.UUID)
@changes
def resume(delegation_id: UUID) -> None:
    """Let go on what an operator suspended."""
    with unit_of_work():
        if not standing.resume_by_operator(*_found(delegation_id)):
            refuse("no operator suspended it, or it has ended")
    click.echo("resumed")


@delegations.command("prove-firm")
@click.argument("fund")
@click.argument("number")
@click.option("--evidence", required=True, metavar="REF", help="Where it can be read that it is that firm.")
@changes
def prove_firm(fund: str, number: str, evidence: str) -> None:
    """Vouch for a firm of the register, in the place of its two letters: it may be offered delegations, and ask."""
    with unit_of_work():
        try:
            done = firms.prove(_organization(fund, number), evidence)
        except ValueError as error:
            refuse(str(error))
    click.echo("proven" if done else "it was proven already")


@delegations.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Do it all, count it, and undo it.")
@json_option
@changes
def import_(file: Path, dry_run: bool, as_json: bool) -> None:
    """Take over the accesses of firms that were in force in the former area: all of FILE (CSV), or nothing.

    Each stands for IDP_DELEGATION_IMPORT_CONFIRMED_WITHIN, and longer only when the company's holder confirms it.
    Imported twice, it changes nothing more.

    \b
    Columns, in any order, between ; or ,:
      fund, number    of the company
      firm            the SIRET of a proven firm
      rights          separated by spaces: legal:read documents:act …
      until           the last day, 2026-12-31 or 31/12/2026
    """
    data = file.read_bytes()
    with unit_of_work() as work:
        report = former_area.take_over(data, file.name)
        if report.faults or dry_run:
            work.undo()
    if report.faults:
        refuse(*(f"line {one.number}: {one.reason} {one.about}".rstrip() for one in report.faults))
    told = {"taken_over": report.taken_over, "known": report.known}
    click.echo(json.dumps(told) if as_json else ", ".join(f"{name}: {count}" for name, count in told.items()))


@delegations.command("remind")
@json_option
@changes
def remind(as_json: bool) -> None:
    """Remind companies of what ends, ask new holders to confirm, and suspend what they did not confirm in time.

    Run it every night; once each, whoever runs it how often.

    \b
    40 2 * * *  idp delegations remind --operator cron
    """
    done = [0] * len(reminding.Done._fields)
    while True:
        with unit_of_work():
            some = reminding.remind(BATCH)
        done = [before + now for before, now in zip(done, some, strict=True)]
        if not some.total:
            break
    told = dict(zip(reminding.Done._fields, done, strict=True))
    click.echo(json.dumps(told) if as_json else ", ".join(f"{name}: {count}" for name, count in told.items()))


@delegations.command("digest")
@json_option
@changes
def digest(as_json: bool) -> None:
    """Write to each firm, in one mail, what is new in its delegations. Run it once a day.

    \b
    0 6 * * *  idp delegations digest --operator cron
    """
    written = 0
    while True:
        with unit_of_work():
            some = reminding.digest(BATCH)
        written += some
        if not some:
            break
    click.echo(json.dumps({"firms": written}) if as_json else f"firms: {written}")


COMMANDS = (delegations,)


def _organization(fund: str, number: str) -> Organization:
    found = directory.find(fund, number)
    if found is None:
        refuse(f"no organization has the number {number} in that fund")
    return found


def _siret(text: str) -> str:
    try:
        return sirets.parse(text)
    except sirets.NotASiret:
        refuse("that is no SIRET")


def _found(delegation_id: UUID) -> tuple[Delegation, Organization]:
    one = models.by_id(delegation_id)
    organization = Organization.by_id(one.organization_id) if one else None
    if one is None or organization is None:
        refuse("no delegation has that id")
    return one, organization


def _shown(one: Delegation) -> dict[str, Any]:
    organization = Organization.by_id(one.organization_id)
    instants = ("created_at", "offered_at", "accepted_at", "confirm_by_at", "suspended_at", "ended_at", "last_used_at")
    return {
        "id": str(one.id),
        "state": state(one, clock.now()).value,
        "company": organization.name if organization else None,
        "company_siret": organization.siret if organization else None,
        "firm": one.firm_name,
        "firm_siret": one.firm_siret,
        "firm_is_proven": one.firm_id is not None,
        "origin": one.origin,
        "evidence": one.evidence,
        "rights": one.rights,
        "applications_allowed": one.applications_allowed,
        "machine_allowed": one.machine_allowed,
        "ends_on": one.ends_on.isoformat(),
        "ends_at": _written(one.ends_at),
        **{name: _written(getattr(one, name)) for name in instants},
        "ended_why": one.ended_why,
    }


def _written(value: datetime | None) -> str | None:
    return value.isoformat() if value else None


def _print(shown: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(shown))
        return
    for name, value in shown.items():
        text = ", ".join(value) if isinstance(value, Iterable) and not isinstance(value, str) else value
        click.echo(f"{name:<16}{text if text not in (None, '') else '-'}")
