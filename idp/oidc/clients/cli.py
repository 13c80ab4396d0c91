"""Clients and APIs as files describe them: `idp clients apply | check` and `idp resources`."""

import json
import os
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from idp.db import unit_of_work
from idp.oidc.clients import apis, applying, checking, registration, sectors
from idp.oidc.clients.checking import Finding, Level
from idp.oidc.clients.described import Difference, FileRefused
from idp.oidc.clients.metadata import Metadata
from idp.oidc.models.client import Client
from idp.oidc.models.resource import Resource
from idp.outbound import Outbound
from idp.settings import settings
from idp.web.commands import changes, refuse

fragment = AppGroup("clients", help="Joined to `idp clients`.")
resources = AppGroup("resources", help="The APIs that access tokens are for.")

SHOWN = (
    *("identifier", "name", "scopes", "access_token_signing_alg", "introspection_clients"),
    *("created_at", "updated_at", "disabled_at"),
)

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
dry_run = click.option("--dry-run", is_flag=True, help="Tell what would change, and change nothing.")
file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@fragment.command("apply")
@file
@click.option(
    "--secrets-to",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where new secrets are written, once: a new file that only you can read.",
)
@dry_run
@as_json
@changes
def apply_clients(file: Path, secrets_to: Path | None, dry_run: bool, as_json: bool) -> None:
    """Make the clients stand as FILE (YAML) describes them: all of it, or nothing where one value is refused.

    What changes is told, field by field. Applied twice, it changes nothing more; a client that is not described is
    left alone. No secret is ever in FILE.

    \b
    idp clients apply clients.yaml --operator lea --dry-run
    idp clients apply clients.yaml --operator lea --secrets-to new-secrets.json
    \b
    clients:
      - client_id: paie
        name: Logiciel de paie
        redirect_uris: [https://paie.example/callback]
        post_logout_redirect_uris: [https://paie.example/bye]
        backchannel_logout_uri: https://paie.example/signed-out
        scopes: [openid, profile, organization, invoices:read]
        resources: [https://api.example/invoices]
        subject_type: pairwise
    """
    try:
        with ExitStack() as undone_unless_committed:
            with unit_of_work():
                planned = _planned(file)
                if not dry_run:
                    _apply(planned, secrets_to, undone_unless_committed)
            undone_unless_committed.pop_all()
    except FileRefused as error:
        refuse(*str(error).splitlines(), "nothing was changed")
    _tell([one.difference for one in planned], dry_run, as_json)


@fragment.command("check")
@click.argument("client_id", required=False)
@as_json
def check(client_id: str | None, as_json: bool) -> None:
    """Tell what is unsafe, inconsistent or useless in the clients, or in one, and what to do about it.

    Exits with 1 where something is unsafe or inconsistent; advice alone is no fault.

    \b
    idp clients check
    idp clients check paie --json
    """
    with unit_of_work(writes=False):
        known = {client.client_id: client for client in Client.all()}
        if client_id is not None and client_id not in known:
            refuse(f"no client is named {client_id!r}: see `idp clients list`")
        judged = [known[client_id]] if client_id else list(known.values())
        options: dict[str, Any] = {"development": not settings.is_production, "apis": registration.apis()}
        found = {client.client_id: checking.findings(client, **options) for client in judged}
        between = [] if client_id else checking.orphans(known)
    _tell_findings(found, between, as_json)
    if any(one.level != Level.ADVICE for several in (*found.values(), between) for one in several):
        raise click.exceptions.Exit(1)


@resources.command("apply")
@file
@dry_run
@as_json
@changes
def apply_resources(file: Path, dry_run: bool, as_json: bool) -> None:
    """Make the APIs stand as FILE (YAML) describes them: all of it, or nothing where one value is refused.

    What changes is told, field by field. Applied twice, it changes nothing more; an API that is not described is left
    alone. The scope `organization` in the list makes its tokens say for whom a person acts.

    \b
    idp resources apply apis.yaml --operator lea --dry-run
    \b
    resources:
      - identifier: https://api.example/invoices
        name: Factures
        scopes:
          invoices:read: Consulter vos factures
          organization: L’entreprise pour laquelle vous agissez
        access_token_signing_alg: ES256
        introspection_clients: [invoices-server]
    """
    try:
        with unit_of_work():
            planned = apis.plan(apis.read(file), development=not settings.is_production)
            if not dry_run:
                apis.apply(planned)
    except FileRefused as error:
        refuse(*str(error).splitlines(), "nothing was changed")
    _tell([one.difference for one in planned], dry_run, as_json)


@resources.command("list")
@as_json
def list_resources(as_json: bool) -> None:
    """List the APIs, those disabled too.

    \b
    idp resources list --json | jq -r '.[].identifier'
    """
    with unit_of_work(writes=False):
        rows = [_shown(row) for row in Resource.all()]
    if as_json:
        _print(rows)
        return
    for row in rows:
        state = f"disabled {row['disabled_at']:%Y-%m-%d}" if row["disabled_at"] else " ".join(row["scopes"])
        click.echo(f"{row['identifier']}\t{row['name']}\t{state}")


@resources.command("show")
@click.argument("identifier")
@as_json
def show_resource(identifier: str, as_json: bool) -> None:
    """Show an API.

    \b
    idp resources show https://api.example/invoices
    """
    with unit_of_work(writes=False):
        _show(_shown(_resource(identifier)), as_json)


@resources.command("disable")
@click.argument("identifier")
@as_json
@changes
def disable_resource(identifier: str, as_json: bool) -> None:
    """Give no more tokens for an API, and call those that live inactive: for good.

    \b
    idp resources disable https://api.example/invoices --operator lea
    """
    with unit_of_work():
        row = _resource(identifier)
        apis.disable(row)
        shown = _shown(row)
    _show(shown, as_json)


def _planned(file: Path) -> list[applying.Planned]:
    asked = applying.read(file)
    _vouch(asked)
    return applying.plan(asked, development=not settings.is_production)


def _vouch(asked: Iterable[Metadata]) -> None:
    """Read the documents of sectors, before the database is asked for anything."""
    outbound = Outbound(settings)
    reasons = [f"{one.client_id}: {reason}" for one in asked for reason in sectors.problems(one, outbound)]
    if reasons:
        raise FileRefused("\n".join(reasons))


def _apply(planned: list[applying.Planned], secrets_to: Path | None, undo: ExitStack) -> None:
    waiting = [one.asked.client_id for one in planned if applying.needs_secret(one)]
    if waiting and secrets_to is None:
        raise FileRefused(f"a secret is made for {', '.join(waiting)}: say where it is written, with --secrets-to FILE")
    secrets = applying.apply(planned, development=not settings.is_production)
    if secrets and secrets_to is not None:
        _keep(secrets, secrets_to)  # before the commit: no secret is ever lost
        undo.callback(secrets_to.unlink)


def _keep(secrets: Mapping[str, str], path: Path) -> None:
    try:
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise FileRefused(f"--secrets-to: {path}: {error.strerror}") from error
    with os.fdopen(opened, "w", encoding="utf-8") as written:
        written.write(json.dumps(secrets, indent=2) + "\n")
        written.flush()
        os.fsync(written.fileno())


def _tell(differences: list[Difference], dry_run: bool, as_json: bool) -> None:
    if as_json:
        _print({"dry_run": dry_run, "applied": [one.as_json() for one in differences]})
        return
    for one in differences:
        for line in one.lines():
            click.echo(line)
    if dry_run:
        click.echo("a dry run: nothing was changed")


def _tell_findings(found: Mapping[str, list[Finding]], between: list[Finding], as_json: bool) -> None:
    if as_json:
        of_clients = {name: [one._asdict() for one in several] for name, several in found.items()}
        _print({"clients": of_clients, "resources": [one._asdict() for one in between]})
        return
    for name, several in (*found.items(), ("resources", between)):
        for one in several:
            click.echo(f"{name}\t{one.level}\t{one.what}\n    {one.advice}")
    if not any((*found.values(), between)):
        click.echo("nothing to say")


def _resource(identifier: str) -> Resource:
    return Resource.by_identifier(identifier) or refuse(f"no API is named {identifier!r}: see `idp resources list`")


def _shown(row: Resource) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SHOWN}


def _show(shown: dict[str, Any], as_json: bool) -> None:
    if as_json:
        _print(shown)
        return
    for name, value in shown.items():
        told = " ".join(value) if isinstance(value, list | dict) else "-" if value is None else value
        click.echo(f"{name:26}{told}")


def _print(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=lambda one: one.isoformat()))
